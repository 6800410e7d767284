import type { Socket } from 'node:net';
import { FormatError } from '../core/errors.ts';

/**
 * Calls `onLine` with each line of a connection, without its end.
 * @param onError told of a line longer than `limit` bytes, or of whatever `onLine` throws; nothing is read after it
 */
export function readLines(
  socket: Socket,
  limit: number,
  { onLine, onError }: { onLine: (line: string) => void; onError: (error: unknown) => void },
): void {
  let parts: Buffer[] = [];
  let size = 0;
  const take = (data: Buffer): void => {
    let rest = data;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]);
      [parts, size, rest] = [[], 0, rest.subarray(end + 1)];
      if (line.length > limit) throw tooLong(limit);
      onLine(line.toString());
    }
    size += rest.length;
    if (size > limit) throw tooLong(limit);
    if (rest.length > 0) parts.push(rest);
  };
  const onData = (data: Buffer): void => {
    try {
      take(data);
    } catch (error) {
      parts = [];
      socket.off('data', onData);
      onError(error);
    }
  };
  socket.on('data', onData);
}

function tooLong(limit: number): FormatError {
  return new FormatError(`a line on the control socket is longer than ${limit} bytes`);
}
