/** Passwords of people: kept as scrypt hashes (RFC 7914), never as they are. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { SettingsError } from '../core/errors.ts';

/** 32 MB and some 80 ms of one core a try. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };
const HASH_BYTES = 32;
const SHORTEST = 10;
const LONGEST = 200;

/** Makes and checks hashes, one at a time, which bounds memory. */
export interface Passwords {
  /** The hash of a password, to be kept. @throws SettingsError when it is too short or too long */
  hash(text: string): Promise<string>;
  /** Whether the hash is that of the text; null, for somebody unknown, takes as long as a wrong one. */
  matches(stored: string | null, text: string): Promise<boolean>;
}

/** Passwords that wait for each other. */
export function createPasswords(): Passwords {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    hash: (text) => inTurn(() => storedForm(text)),
    matches: (stored, text) =>
      inTurn(async () => text.length <= LONGEST && (await isPasswordOf(stored ?? NOBODY, text))),
  };
}

/** Keeps the hash; null: no password is set. */
export interface PasswordStore {
  load(): Promise<string | null>;
  save(hash: string): Promise<void>;
}

/** The one password of a page. */
export interface Password {
  isSet(): Promise<boolean>;
  /** Whether it is the password; never when none is set. */
  matches(text: string): Promise<boolean>;
  /** @throws SettingsError when it is too short or too long */
  set(text: string): Promise<void>;
}

/** The password in a store. */
export function createPassword(store: PasswordStore): Password {
  const passwords = createPasswords();
  return {
    isSet: async () => (await store.load()) !== null,
    matches: async (text) => {
      const stored = await store.load();
      return stored !== null && passwords.matches(stored, text);
    },
    set: async (text) => store.save(await passwords.hash(text)),
  };
}

/** A hash that no password has. */
const NOBODY = `scrypt$${'0'.repeat(32)}$${'0'.repeat(64)}`;

async function storedForm(text: string): Promise<string> {
  if (text.length < SHORTEST || text.length > LONGEST) {
    throw new SettingsError('the password was not set', {
      remedy: `Use ${SHORTEST} to ${LONGEST} characters.`,
    });
  }
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('hex')}$${(await hash(text, salt)).toString('hex')}`;
}

async function isPasswordOf(stored: string, text: string): Promise<boolean> {
  const [, salt = '', wanted = ''] =
    /^scrypt\$([0-9a-f]{32})\$([0-9a-f]{64})$/.exec(stored.trim()) ?? [];
  if (wanted === '') return false;
  return timingSafeEqual(await hash(text, Buffer.from(salt, 'hex')), Buffer.from(wanted, 'hex'));
}

function hash(text: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text.normalize('NFC'), salt, HASH_BYTES, COST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
