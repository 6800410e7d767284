import { PROBLEM } from '../tables/problems.ts';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { messageOf } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { decodeKey } from '../../protocol/upload.ts';
import { rcodeName } from '../../protocol/dns-types.ts';
import type { Store } from '../store.ts';
import type { Secondary } from '../tables/secondaries.ts';
import { ZONE } from '../zone/names.ts';
import { encodeNotify, readNotifyAnswer } from './notify-message.ts';

/** What the notifier works with. */
export interface Notifying {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Waits for an answer, one a try. Default: five, half a minute together. */
  readonly waitsMs?: readonly number[];
}

/** Tells the secondaries of new serials. */
export interface Notifier {
  /** Begins to tell those that do not know the serial of now. */
  look(): void;
  stop(): void;
}

/** Waits for an answer; after the last one the secondary has a problem, and is tried again after a pause (RFC 1996 §3.6). */
const WAITS_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000];
const PAUSE_MS = 300_000;

/** Nothing is told to a secondary while it is being told. */
export function createNotifier(notifying: Notifying): Notifier {
  const { store, clock } = notifying;
  const busy = new Set<string>();
  /** When a secondary that did not answer is tried again, unless there is a newer serial. */
  const pauses = new Map<string, { readonly serial: number; readonly until: number }>();
  const stopping = new AbortController();
  const tell = async (secondary: Secondary, serial: number): Promise<void> => {
    const { name } = secondary;
    busy.add(name);
    const failure = await notifySecondary(secondary, notifying, stopping.signal);
    busy.delete(name);
    if (stopping.signal.aborted) return;
    if (failure === null) succeeded(store, name, serial);
    else {
      failed(notifying, secondary, failure);
      pauses.set(name, { serial, until: clock.now() + PAUSE_MS });
    }
  };
  const fault = (error: unknown): void => {
    notifying.log.error(`telling a secondary: ${messageOf(error)}`);
  };
  const isDue = ({ name, notify, notified }: Secondary, serial: number): boolean => {
    if (!notify || notified === serial || busy.has(name)) return false;
    const pause = pauses.get(name);
    return pause?.serial !== serial || pause.until <= clock.now();
  };
  return {
    look: () => {
      const serial = store.zone.serial();
      for (const secondary of store.secondaries.all()) {
        if (isDue(secondary, serial)) tell(secondary, serial).catch(fault);
      }
    },
    stop: () => stopping.abort(),
  };
}

function succeeded(store: Store, name: string, serial: number): void {
  store.secondaries.setNotified(name, serial);
  store.problems.close(PROBLEM.secondaryNotNotified, name);
}

function failed(
  { store, clock, log }: Notifying,
  { name, address, port }: Secondary,
  why: string,
): void {
  const message = `The secondary ${name} (${address} port ${port}) was not told of a new serial: ${why}.`;
  const isNew = store.problems.open({
    code: PROBLEM.secondaryNotNotified,
    subject: name,
    severity: 'warning',
    message,
    remedy:
      'It serves the old zone until its next refresh. Check its address, its key and its log.',
    since: clock.now(),
  });
  if (isNew) log.warn(message);
}

/** @returns null when it has confirmed, else why not */
async function notifySecondary(
  { name, address, port }: Secondary,
  { store, clock, waitsMs = WAITS_MS }: Notifying,
  signal: AbortSignal,
): Promise<string | null> {
  const secret = store.secondaries.keyOf(name);
  if (secret === null) return 'it has no key';
  const key = { name, secret: decodeKey(secret) };
  let failure = 'no answer';
  for (const waitMs of waitsMs) {
    if (signal.aborted) return failure;
    const id = randomInt(0x10000);
    const nowS = Math.floor(clock.now() / 1000);
    const { message, mac } = encodeNotify(id, ZONE, key, nowS);
    try {
      const answer = await exchange(message, { address, port, id, waitMs, signal });
      const rcode = answer === null ? null : readNotifyAnswer(answer, { id, key, mac }, nowS);
      if (rcode === 0) return null;
      if (rcode !== null) failure = `it answered ${rcodeName(rcode)}`;
    } catch (error) {
      failure = messageOf(error);
      // Without a route there is no answer to wait for; it may come back.
      await clock.sleep(waitMs, signal);
    }
  }
  return failure;
}

interface Exchange {
  readonly address: string;
  readonly port: number;
  readonly id: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Sends a datagram and waits for one with its id from the same place. @returns null when none comes in time */
function exchange(
  message: Uint8Array,
  { address, port, id, waitMs, signal }: Exchange,
): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let isOpen = true;
    const end = (result: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.close();
      result();
    };
    const stop = (): void => end(() => resolve(null));
    const timer = setTimeout(stop, waitMs);
    signal.addEventListener('abort', stop);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (answer) => {
      if (answer.length >= 2 && answer.readUInt16BE(0) === id) end(() => resolve(answer));
    });
    // Connected: the kernel takes datagrams from this address and port only.
    socket.connect(port, address, (error?: Error) => {
      if (error === undefined) socket.send(message);
      else end(() => reject(error));
    });
  });
}
