import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The notices of the npm packages in a bundle, one after the other: their licences ask for it. */
export async function readLicences(checkout: string, folders: readonly string[]): Promise<string> {
  const notices = await Promise.all(folders.map((folder) => notice(join(checkout, folder))));
  return `The agent holds these npm packages.\n\n${notices.join('\n')}`;
}

async function notice(folder: string): Promise<string> {
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const names = await readdir(folder);
  const texts = names.filter((name) => /^licen[cs]e/i.test(name)).sort();
  const contents = await Promise.all(texts.map((name) => readFile(join(folder, name), 'utf8')));
  const title = `${about.name} ${about.version}: ${about.license ?? 'see below'}`;
  return [`== ${title}`, ...contents.map((text) => text.trim()), ''].join('\n\n');
}
