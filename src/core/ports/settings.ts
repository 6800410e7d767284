/**
 * Settings, on this host and on the portal.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */

/** Settings as text, name → value; the option table (`config/options.ts`) gives them types. */
export type RawSettings = Readonly<Record<string, string>>;

/** Where this host keeps the administrator's settings. */
export interface SettingsStore {
  /** For messages: the file, or the place in the platform's configuration. */
  readonly place: string;
  /** Null when the device is not set up. @throws SettingsError naming place, line and value. */
  read(): Promise<RawSettings | null>;
  /** Replaces all of them atomically; readable by the owner only. */
  write(settings: RawSettings): Promise<void>;
  /** Removes them; the device is not set up afterwards. */
  clear(): Promise<void>;
}

/** A settings record of the portal ("web automation"). */
export interface SettingsRecord {
  readonly serial: number;
  readonly values: RawSettings;
}

/** What is needed to ask the portal for settings. */
export interface SettingsCredentials {
  readonly deviceId: string;
  /** TSIG secret, base64. */
  readonly autoKey: string;
  readonly server: string;
  readonly port: number;
  readonly zone: string;
}

/** The portal's settings service. */
export interface SettingsSource {
  /** @throws PortalError with the reason as far as the protocol tells it (wrong key, clock, no such device, no connection). */
  fetch(credentials: SettingsCredentials): Promise<SettingsRecord>;
}
