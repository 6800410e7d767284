import { SettingsError, printable } from '../../core/errors.ts';

/** How the text of a feed is read. */
export type FeedFormat =
  | { readonly kind: 'plain' | 'cidr' | 'dshield' | 'spamhaus' }
  | {
      readonly kind: 'csv';
      /** From 1. */
      readonly column: number;
      readonly separator: string;
    };

/** What people are told about the formats. */
export const FEED_FORMATS: readonly (readonly [string, string])[] = [
  ['plain', 'one address or prefix a line; comment lines begin with "#", ";" or "//"'],
  ['cidr', 'as plain, with anything behind the prefix; ranges (from-to) too'],
  ['dshield', "DShield's block list: first address, last address, length of the prefix, by tabs"],
  ['spamhaus', 'the JSON of Spamhaus DROP: one object with "cidr" a line'],
  ['csv:COLUMN[:SEPARATOR]', 'column number (from 1) of a CSV file; "tab" stands for a tab'],
];

const CSV = /^csv:([1-9]\d?)(?::(,|;|\||tab))?$/;

/** @throws SettingsError for no format */
export function checkFeedFormat(text: string): string {
  parseFeedFormat(text);
  return text;
}

/** The format from its text. @throws SettingsError */
export function parseFeedFormat(text: string): FeedFormat {
  if (text === 'plain' || text === 'cidr' || text === 'dshield' || text === 'spamhaus') {
    return { kind: text };
  }
  const [, column, separator = ','] = CSV.exec(text) ?? [];
  if (column === undefined) {
    throw new SettingsError(`there is no feed format "${printable(text.slice(0, 40))}"`, {
      remedy: `Use ${FEED_FORMATS.map(([name]) => name).join(', ')}.`,
    });
  }
  return { kind: 'csv', column: Number(column), separator: separator === 'tab' ? '\t' : separator };
}
