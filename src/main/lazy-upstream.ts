import type { Clock, ZoneCopies } from '../core/ports.ts';
import type { Upstream } from '../tasks/agent-ports.ts';
import type { Environment } from '../system/proxy-setting.ts';

/** The clients of the portal's services, loaded when the first is asked: half of all code, and most commands ask none. */
export function createLazyUpstream(
  clock: Clock,
  environment: Environment,
  copies: ZoneCopies,
): Upstream {
  let loaded: Promise<Upstream> | null = null;
  const load = async (): Promise<Upstream> => {
    const { createUpstream } = await import('./upstream.ts');
    return createUpstream(clock, environment, copies);
  };
  const upstream = (): Promise<Upstream> => (loaded ??= load());
  return {
    policySource: (settings, readOnly) => ({
      fetch: async (...order) =>
        (await upstream()).policySource(settings, readOnly).fetch(...order),
    }),
    settingsSource: (settings) => ({
      fetch: async (credentials) => (await upstream()).settingsSource(settings).fetch(credentials),
    }),
    uploader: (settings) => {
      const uploader = upstream().then((real) => real.uploader(settings));
      // Reported by the upload that waits for it.
      uploader.catch(() => undefined);
      return { upload: async (batch) => (await uploader).upload(batch) };
    },
    beaconSender: (settings) => ({
      send: async (beacon) => (await upstream()).beaconSender(settings).send(beacon),
    }),
    exemptionSender: (settings) => ({
      send: async (report) => (await upstream()).exemptionSender(settings).send(report),
    }),
    checkAddress: async (settings) => (await upstream()).checkAddress(settings),
    connect: async (host, port) => (await upstream()).connect(host, port),
    reachLogService: async (settings) => (await upstream()).reachLogService(settings),
    neverBlock: async (settings) => (await upstream()).neverBlock(settings),
  };
}
