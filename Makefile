# POSIX make: works with GNU make and with the BSDs'.
.POSIX:

all: build

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

node_modules: package.json package-lock.json
	npm ci
	touch node_modules

build: node_modules ## compile src/ to dist/
	npm run --silent build

run: build ## start portal, agent and page on this machine, as a dry run
	@exec node_modules/.bin/node dist/main/demo.js

check: build ## lint, types
	npm run --silent lint
	npm run --silent typecheck

test: ## install what is needed, build, lint, types, all tests
	sh scripts/install-test-tools.sh
	$(MAKE) node_modules
	$(MAKE) check
	npm test

bench: build ## measure against the best peers, in the same run
	sh scripts/bench.sh

soak: build ## what takes a quarter of an hour: 10 million log lines (SOAK_LINES=N), a million hits
	JOURNEY_HITS=1000000 node_modules/.bin/mocha test/e2e/page-journeys.test.ts
	node_modules/.bin/node --disable-warning=ExperimentalWarning bench/soak.ts

package: build ## make the pfSense packages in dist/ (ARCH=amd64,aarch64 NODE_RUNTIME=DIR ADDON=FILE)
	@PATH="$$PWD/node_modules/.bin:$$PATH" node --disable-warning=ExperimentalWarning \
	  freebsd/package/main.ts --arch="$(ARCH)" --addon="$(ADDON)" --node-runtime="$(NODE_RUNTIME)"

lab: build ## the page on six releases of pfSense, from a clone of it (see test/lab/README.md)
	PFSENSE="$(PFSENSE)" NET_IPV6="$(NET_IPV6)" TXZ="$(TXZ)" RELEASES="$(RELEASES)" PICTURES="$(PICTURES)" \
	  node_modules/.bin/mocha --bail 'test/lab/*.lab.ts'

lab-pkg: ## the pfSense package with the real pkg(8), built for Linux: PKG=PATH[:PATH…] (see test/lab/README.md)
	PKG="$(PKG)" node_modules/.bin/mocha --bail 'test/lab/pkg/*.lab.ts'

deb: ## make the Debian package in dist/ (ARCH=amd64,arm64 NODE_RUNTIME=DIR)
	@PATH="$$PWD/node_modules/.bin:$$PATH" node --disable-warning=ExperimentalWarning \
	  linux/package/main.ts deb --arch="$(ARCH)" --node-runtime="$(NODE_RUNTIME)"

rpm: ## make the package for RHEL and its like in dist/, with rpmbuild (ARCH=amd64,arm64 NODE_RUNTIME=DIR)
	@PATH="$$PWD/node_modules/.bin:$$PATH" node --disable-warning=ExperimentalWarning \
	  linux/package/main.ts rpm --arch="$(ARCH)" --node-runtime="$(NODE_RUNTIME)"

lint-packages: ## lintian and rpmlint on the packages in dist/; with a Node inside it takes a minute each
	lintian --allow-root --fail-on error,warning dist/ts-iptables_*.deb
	rpmlint --rpmlintrc linux/rpm/ts-iptables.rpmlintrc dist/ts-iptables-*.rpm

apt-repo: ## make an apt repository of the Debian packages in dist/, signed by a key of gpg (KEY=FINGERPRINT)
	@PATH="$$PWD/node_modules/.bin:$$PATH" node --disable-warning=ExperimentalWarning \
	  linux/package/main.ts apt-repo --key="$(KEY)"

azure: ## make the offer for the Azure marketplace in dist/ (PORTAL=URL PIN=PIN APT=URL KEYRING=FILE; see docs/azure.md)
	@PATH="$$PWD/node_modules/.bin:$$PATH" node --disable-warning=ExperimentalWarning \
	  azure/package/main.ts --portal="$(PORTAL)" --pin="$(PIN)" --repository="$(APT)" --keyring="$(KEYRING)"

ts-pf: build ## make the archive for OpenBSD, dist/ts-pf.tgz
	@PATH="$$PWD/node_modules/.bin:$$PATH" node --disable-warning=ExperimentalWarning openbsd/package/main.ts

docs: build ## make the manual and the completion anew from the option table
	bin/tsadmin help --man > docs/tsadmin.8
	bin/tsadmin help --completion > docs/completion/tsadmin.bash

clean: ## remove what was built
	rm -rf dist coverage

.PHONY: all help build run check test bench soak package lab lab-pkg deb rpm lint-packages apt-repo azure ts-pf docs clean
