/** The package of the marketplace's offer: template, form, and inside the template what the machine does at its first boot. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readAbout } from '../../linux/package/identity.ts';
import { plain } from '../../linux/package/files.ts';
import { staged } from '../../linux/package/stage.ts';
import type { RunCommand } from '../../src/system/run-command.ts';
import { userData, type Publisher } from './user-data.ts';

/** What an offer is made from. */
export interface OfferOrder {
  /** The project's folder. */
  readonly checkout: string;
  readonly publisher: Publisher;
  /** Time of every file, seconds since 1970. */
  readonly modified: number;
  /** Where the package goes. */
  readonly out: string;
  readonly run: RunCommand;
}

const FILES = ['createUiDefinition.json', 'mainTemplate.json'] as const;

/**
 * Makes `<out>/ts-azure-<release>.zip` with zip(1). The same sources and time give the same bytes.
 * @returns its path
 * @throws HostError when the publisher cannot be used or a command fails
 */
export async function makeOffer(order: OfferOrder): Promise<string> {
  const { checkout, publisher, modified, out, run } = order;
  const { release } = await readAbout(checkout);
  const path = join(out, `ts-azure-${release}.zip`);
  const template = await mainTemplate(checkout, publisher);
  const form = await readFile(join(checkout, 'azure/createUiDefinition.json'));
  const files = [
    plain('/createUiDefinition.json', form),
    plain('/mainTemplate.json', Buffer.from(template)),
  ];
  await mkdir(out, { recursive: true });
  await rm(`${path}.new`, { force: true });
  await staged(files, modified, async (folder) => {
    // A zip has times without a zone, and other data of files unless it is told not to.
    const zip = ['env', '--chdir', folder, 'TZ=UTC', 'zip', '--quiet', '-X'] as const;
    await run([...zip, `${path}.new`, ...FILES]);
  });
  await rename(`${path}.new`, path);
  return path;
}

/** The template with the user-data inside; azure/mainTemplate.json has a place for it. */
export async function mainTemplate(checkout: string, publisher: Publisher): Promise<string> {
  const source = await readFile(join(checkout, 'azure/mainTemplate.json'), 'utf8');
  const template = JSON.parse(source) as { variables: { userData: string } };
  template.variables.userData = await userData(join(checkout, 'azure/root'), publisher);
  return `${JSON.stringify(template, null, 2)}\n`;
}
