<?php
/* Rules and aliases that another program took out of config.xml. */
require_once(__DIR__ . '/suite.inc');

const OURS = ['1770000101', '1770000102', '1770000103'];
const USERS = ['1500000001', '1500000002', '1500000003'];
const BACK = ['/usr/local/bin/php -f /usr/local/pkg/threatstop/command.php put-back </dev/null'];

/** A box that is set up and enabled; then the first box of a pair sent rules and aliases without ours. */
function overwritten(array $settings = []): array {
	fake_boot(usual_config() + ['installedpackages' => [
		'package' => [['internal_name' => 'threatstop']], 'service' => [['name' => 'threatstop']]
	]]);
	threatstop_write_settings($settings + ['device_id' => 'x', 'enabled' => 'no']);
	if (($settings['enabled'] ?? '') !== 'no') {
		threatstop_enable(['allow_action' => 'exempt']);
	}
	$left = usual_config() + fake_disk();
	$left['filter'] = usual_config()['filter'];
	$left['aliases'] = usual_config()['aliases'];
	fake_boot($left);
	$GLOBALS['fake_background'] = [];
	return $left;
}

function memory_trackers(): array {
	return array_column(threatstop_config_list('filter/rule'), 'tracker');
}

run_cases([
	'rules and aliases are put back in memory, and another process is asked to mend config.xml' => function () {
		$left = overwritten();
		$text = threatstop_put_back();
		same(memory_trackers(), array_merge(OURS, USERS));
		same(threatstop_has_aliases(), true);
		foreach (THREATSTOP_TABLES as $table) {
			contains($text, "table <{$table}> persist file \"" . threatstop_table_file($table) . "\"\n{$table} = \"<{$table}>\"\n");
		}
		same(fake_disk(), $left);
		same($GLOBALS['fake_background'], BACK);
	},
	'bars stay before the rule they stood before' => function () {
		overwritten();
		threatstop_put_back();
		same(threatstop_config_get('filter/separator')['lan']['sep0']['row'], ['fr2']);
	},
	'where nothing is missing, nothing is done' => function () {
		overwritten();
		threatstop_enable();
		$GLOBALS['fake_background'] = [];
		same(threatstop_put_back(), '');
		same($GLOBALS['fake_background'], []);
	},
	'aliases that are there are not made twice' => function () {
		overwritten();
		threatstop_prepare_tables();
		same(threatstop_put_back(), '');
		same(memory_trackers(), array_merge(OURS, USERS));
	},
	'where the policy is disabled, only the aliases come back' => function () {
		overwritten(['enabled' => 'no']);
		contains(threatstop_put_back(), 'table <ThreatSTOP_block>');
		same(memory_trackers(), USERS);
		same(threatstop_has_aliases(), true);
	},
	'where the device is not set up, or the package is being removed, nothing comes back' => function () {
		foreach (['installedpackages/threatstop', 'installedpackages/service'] as $path) {
			overwritten();
			threatstop_config_del($path);
			same(threatstop_put_back(), '');
			same(memory_trackers(), USERS);
			same($GLOBALS['fake_background'], []);
		}
	},
	'rules that pass the allow list, as the portal decided, are put back as such' => function () {
		overwritten();
		$GLOBALS['fake_loaded'] = ['pass in quick on em0 from <ThreatSTOP_allow> to any ridentifier 1770000101'];
		threatstop_put_back();
		same(array_column(array_slice(threatstop_config_list('filter/rule'), 0, 2), 'type'), ['pass', 'block']);
	},
	'a rule of the user for the allow list decides nothing' => function () {
		overwritten();
		$GLOBALS['fake_loaded'] = ['pass in quick on em0 from <ThreatSTOP_allow> to any ridentifier 1500000001'];
		threatstop_put_back();
		same(memory_trackers(), array_merge(OURS, USERS));
	},
	'what cannot be put back leaves the configuration as it is, and pfSense loads its ruleset' => function () {
		foreach ([['rule_interfaces' => 'opt1'], []] as $settings) {
			$left = overwritten($settings);
			if ($settings !== []) {
				threatstop_config_set(THREATSTOP_SETTINGS . '/rule_interfaces', 'opt7');
			} else {
				threatstop_config_set('aliases/alias', [['name' => 'ThreatSTOP_allow', 'type' => 'host', 'address' => '']]);
			}
			$before = $GLOBALS['config'];
			same(threatstop_put_back(), '');
			same($GLOBALS['config'], $before);
			same($GLOBALS['fake_background'], []);
		}
	},
	'no process is started while we load the ruleset ourselves, nor while the box boots' => function () {
		overwritten();
		$GLOBALS['fake_during_load'] = 'threatstop_put_back';
		threatstop_load_ruleset();
		same(memory_trackers(), array_merge(OURS, USERS));
		same($GLOBALS['fake_background'], []);
		overwritten();
		$GLOBALS['fake_booting'] = true;
		threatstop_put_back();
		$GLOBALS['fake_booting'] = false;
		same($GLOBALS['fake_background'], []);
	},
	'config.xml is mended by one write, and the ruleset is not loaded for it' => function () {
		overwritten();
		[$loads, $written] = [$GLOBALS['fake_loads'], count($GLOBALS['fake_written'])];
		same(threatstop_mend_config(), ['changed' => true]);
		same(disk_trackers(), array_merge(OURS, USERS));
		same(threatstop_mend_config(), ['changed' => false]);
		same([$GLOBALS['fake_loads'], count($GLOBALS['fake_written'])], [$loads, $written + 1]);
	}
]);
