import { FormatError } from '../core/errors.ts';
import { MAX_MESSAGE_BYTES } from './dns-bytes.ts';

/** The message behind its length, as TCP carries it (RFC 1035 §4.2.2). @throws FormatError when it is too long. */
export function frame(message: Uint8Array): Uint8Array {
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new FormatError(`A DNS message of ${message.length} bytes cannot be sent.`);
  }
  const framed = new Uint8Array(message.length + 2);
  framed[0] = message.length >>> 8;
  framed[1] = message.length & 0xff;
  framed.set(message, 2);
  return framed;
}

/** Cuts a TCP stream into its DNS messages. One buffer for all, so that a policy of 8 MB makes no garbage. */
export class FrameReader {
  #buffer: Uint8Array | null = null;
  /** Length of the message that has begun; null between two messages. */
  #length: number | null = null;
  #filled = 0;
  /** The first octet of a length whose second one has not come yet. */
  #high: number | null = null;

  /** Whether the stream is inside a message. */
  get inside(): boolean {
    return this.#length !== null || this.#high !== null;
  }

  /**
   * Takes the next bytes of the stream.
   * @param onMessage gets each message that is whole, in order; its bytes are valid until it returns
   */
  push(chunk: Uint8Array, onMessage: (message: Uint8Array) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#length === null) this.#readLength(chunk[at++] ?? 0);
      else at += this.#fill(chunk, at);
      if (this.#length === this.#filled) {
        const message = this.#whole().subarray(0, this.#filled);
        this.#length = null;
        this.#filled = 0;
        onMessage(message);
      }
    }
  }

  #readLength(octet: number): void {
    if (this.#high === null) {
      this.#high = octet;
    } else {
      this.#length = (this.#high << 8) | octet;
      this.#high = null;
    }
  }

  #fill(chunk: Uint8Array, at: number): number {
    const bytes = Math.min((this.#length ?? 0) - this.#filled, chunk.length - at);
    this.#whole().set(chunk.subarray(at, at + bytes), this.#filled);
    this.#filled += bytes;
    return bytes;
  }

  #whole(): Uint8Array {
    this.#buffer ??= new Uint8Array(MAX_MESSAGE_BYTES);
    return this.#buffer;
  }
}
