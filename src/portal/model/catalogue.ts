import { readFileSync } from 'node:fs';

/** A well-known feed that may be used free of charge, with what its publisher says about that. */
export interface CatalogueEntry {
  /** Name of the feed that is made of it. */
  readonly id: string;
  readonly title: string;
  readonly publisher: string;
  readonly url: string;
  readonly format: string;
  /** Seconds between two fetches, as its publisher wants it or longer. */
  readonly intervalS: number;
  /** Terms in a few words. They may change: the link counts. */
  readonly licence: string;
  readonly licenceUrl: string;
  readonly home: string;
}

const FILE = new URL('../../../feeds/catalogue.json', import.meta.url);
let entries: readonly CatalogueEntry[] | null = null;

/** The catalogue of `feeds/catalogue.json`, by title. Nothing of it is used before a person adds it. */
export function catalogue(): readonly CatalogueEntry[] {
  entries ??= JSON.parse(readFileSync(FILE, 'utf8')) as CatalogueEntry[];
  return entries;
}

/** The entry with this id, or null. */
export function catalogueEntry(id: string): CatalogueEntry | null {
  return catalogue().find((entry) => entry.id === id) ?? null;
}
