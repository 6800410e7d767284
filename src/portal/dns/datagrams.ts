import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { AnswerQuery } from './connection.ts';

/**
 * Answers queries over UDP, for servers that ask for the serial this way; what does not fit is answered with TC, so
 * that the client comes back over TCP. Not yet bound.
 */
export function createDatagramServer(answer: AnswerQuery, host: string): Socket {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
  socket.on('message', (query, { address, port }) => {
    const [message] = answer(query, address, 'udp') ?? [];
    // An answer that cannot be sent is lost, as datagrams are.
    if (message !== undefined) socket.send(message, port, address, () => undefined);
  });
  return socket;
}
