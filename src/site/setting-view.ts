import type { OptionName } from '../config/options.ts';
import type { Origin } from '../config/settings.ts';

/** One setting for the template. */
export interface SettingView {
  readonly name: OptionName;
  readonly label: string;
  readonly description: string;
  /** Path that says what is wrong with the field `?field=` of the form. */
  readonly check: string;
  readonly unit: string;
  /** The default as text. */
  readonly usual: string;
  readonly origin: Origin;
  readonly originText: string;
  /** What is in the field; never a secret. */
  readonly value: string;
  readonly choices: readonly string[];
  readonly number: boolean;
  readonly secret: boolean;
  /** For a secret: whether there is one. */
  readonly isSet: boolean;
  readonly settable: boolean;
  /** Why it cannot be set here; empty when it can. */
  readonly reason: string;
  readonly error: string;
  readonly changed: boolean;
}

/** The groups with their settings. */
export interface SettingGroupView {
  readonly id: string;
  readonly title: string;
  readonly settings: readonly SettingView[];
}
