import { SettingsError } from '../../core/errors.ts';
import { checkName } from '../../protocol/dns-name.ts';

/** The zone of the lists; the settings records are below `config.` of it. */
export const ZONE = 'threatstop.local';
/** The zone of the settings records. */
export const CONFIG_ZONE = `config.${ZONE}`;

/** Room for the `-l<number>` of a sub-list in a label of 63. */
const MAX_FIRST_LABEL = 56;

/** The name of the portal as a name server. */
export const SERVER_NAME = `portal.${ZONE}`;

/** Where the settings record of a device is. */
export function settingsNameOf(deviceId: string): string {
  return `${deviceId}.${CONFIG_ZONE}`.toLowerCase();
}

/** Whether the name is the zone's, or below it. Both in the form of `checkName`. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/**
 * A name for a list, checked. The names that a list's records need beside its own (`<list>-l0`, `<list>1`)
 * must be free, so names of this kind are refused.
 * @param others names of the lists there are
 * @throws FormatError when it is no DNS name, SettingsError when it cannot be a list's
 */
export function checkListName(text: string, others: readonly string[]): string {
  const name = checkName(text);
  const [label = ''] = name.split('.');
  const refuse = (why: string): never => {
    throw new SettingsError(`the list name ${name}: ${why}`, {
      remedy: `Use a name such as my-list.${ZONE}.`,
    });
  };
  if (name === ZONE || !isInZone(name, ZONE)) refuse(`it is not below ${ZONE}`);
  if (isInZone(name, SERVER_NAME)) refuse(`${SERVER_NAME} is the portal itself`);
  if (isInZone(name, CONFIG_ZONE)) refuse(`${CONFIG_ZONE} holds the settings records`);
  if (label.length > MAX_FIRST_LABEL)
    refuse(`its first label is above ${MAX_FIRST_LABEL} characters`);
  if (/-l\d+$/.test(label)) refuse('a first label that ends in "-l" and a number is a sub-list');
  const clash = others.find((other) => isNumbered(name, other) || isNumbered(other, name));
  if (clash !== undefined) refuse(`it differs from ${clash} by a number only`);
  return name;
}

/** Whether `name` is `stem` with a number behind its first label. */
function isNumbered(name: string, stem: string): boolean {
  const [label = '', ...parent] = name.split('.');
  const [stemLabel = '', ...stemParent] = stem.split('.');
  const sameParent = parent.join('.') === stemParent.join('.');
  return sameParent && label.startsWith(stemLabel) && /^\d+$/.test(label.slice(stemLabel.length));
}
