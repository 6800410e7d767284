/** Passwords of the page: kept as scrypt hashes (RFC 7914), never as they are. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { SettingsError } from '../core/errors.ts';

/** 32 MB and some 80 ms of one core a try. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };
const HASH_BYTES = 32;
const SHORTEST = 10;
const LONGEST = 200;

/** Keeps the hash; null: no password is set. */
export interface PasswordStore {
  load(): Promise<string | null>;
  save(hash: string): Promise<void>;
}

/** The password of the page. */
export interface Password {
  isSet(): Promise<boolean>;
  /** Whether it is the password; never when none is set. Tries wait for each other, which bounds memory. */
  matches(text: string): Promise<boolean>;
  /** @throws SettingsError when it is too short or too long */
  set(text: string): Promise<void>;
}

/** The password in a store. */
export function createPassword(store: PasswordStore): Password {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    isSet: async () => (await store.load()) !== null,
    matches: (text) =>
      inTurn(async () => {
        const stored = await store.load();
        return stored !== null && text.length <= LONGEST && (await isPasswordOf(stored, text));
      }),
    set: (text) =>
      inTurn(async () => {
        if (text.length < SHORTEST || text.length > LONGEST) {
          throw new SettingsError('the password was not set', {
            remedy: `Use ${SHORTEST} to ${LONGEST} characters.`,
          });
        }
        const salt = randomBytes(16);
        await store.save(
          `scrypt$${salt.toString('hex')}$${(await hash(text, salt)).toString('hex')}`,
        );
      }),
  };
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
