/** Paths of a portal to which a device reports (docs/protocol.md, 5 and 6). */
export const BEACON_PATH = '/v1/beacon';
export const EXEMPTIONS_PATH = '/v1/exemptions';
