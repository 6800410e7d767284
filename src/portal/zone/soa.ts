import { SERVER_NAME, ZONE } from './names.ts';

/** What the SOA record of the policy zone says beside its serial (RFC 1912 §2.2); times in seconds. */
export const SOA = {
  mname: SERVER_NAME,
  rname: `hostmaster.${ZONE}`,
  refresh: 900,
  retry: 300,
  expire: 604_800,
  /** How long it may be kept that there is no record. */
  minimum: 60,
} as const;
