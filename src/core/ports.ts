/**
 * What the tasks need from the world, as interfaces only. Drivers implement them, `main/` joins both.
 * One file an area in `ports/`; import from here.
 */
export type * from './ports/host.ts';
export type * from './ports/kept.ts';
export type * from './ports/policy.ts';
export type * from './ports/firewall.ts';
export type * from './ports/settings.ts';
export type * from './ports/hits.ts';
export type * from './ports/hit-search.ts';
export type * from './ports/records.ts';
export type * from './ports/beacon.ts';
export type * from './ports/exemptions.ts';
export type * from './ports/doctor.ts';
