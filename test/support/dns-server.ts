/** A DNS server over TCP or TLS whose answers a test makes up, true or not. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { TestCertificate } from './certificate.ts';
import { frame, FrameReader } from '../../src/protocol/dns-frame.ts';
import {
  encodeResponse,
  encodeSoa,
  parseQuestion,
  type AnswerRecord,
  type Question,
} from '../../src/protocol/dns-message.ts';
import { encodeName } from '../../src/protocol/dns-name.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';

/** What a query is answered with; `null`: nothing. */
export type Answering = (question: Question, socket: net.Socket) => Uint8Array | null;

/** A running server. */
export interface DnsTestServer {
  readonly port: number;
  /** Questions so far, as `PTR basic.threatstop.local`. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. @param certificate for TLS; without it plain TCP */
export async function startDnsServer(
  answering: Answering,
  certificate?: TestCertificate,
): Promise<DnsTestServer> {
  const asked: string[] = [];
  const sockets = new Set<net.Socket>();
  const onConnection = (socket: net.Socket) => {
    sockets.add(socket);
    const frames = new FrameReader();
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) =>
      frames.push(chunk, (message) => {
        const question = parseQuestion(message);
        asked.push(`${typeText(question.type)} ${question.name}`);
        const answer = answering(question, socket);
        if (answer !== null && !socket.destroyed) socket.write(frame(answer));
      }),
    );
  };
  const server =
    certificate === undefined
      ? net.createServer(onConnection)
      : tls.createServer({ cert: certificate.certificate, key: certificate.key }, onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    asked,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function typeText(type: number): string {
  return Object.entries(TYPE).find(([, number]) => number === type)?.[0] ?? String(type);
}

/** Records of a made-up zone: `APL basic.threatstop.local` → data of its records. */
export type ZoneData = ReadonlyMap<string, readonly Uint8Array[]>;

/** The answer of a truthful server: records, NODATA or NXDOMAIN, with the SOA of the zone. */
export function truthfully(
  question: Question,
  zone: string,
  serial: number,
  data: ZoneData,
): Uint8Array {
  const soa = soaRecord(zone, serial);
  if (question.type === TYPE.SOA && question.name === zone) {
    return encodeResponse({ question, rcode: RCODE.NOERROR, authoritative: true, answers: [soa] });
  }
  const found = data.get(`${typeText(question.type)} ${question.name}`) ?? [];
  const exists = [...data.keys()].some((key) => key.endsWith(` ${question.name}`));
  const answers = found.map((rdata) => ({
    name: question.name,
    type: question.type,
    ttl: 60,
    rdata,
  }));
  return encodeResponse({
    question,
    rcode: exists || question.name === zone ? RCODE.NOERROR : RCODE.NXDOMAIN,
    authoritative: true,
    answers,
    authority: answers.length === 0 ? [soa] : [],
  });
}

/** The SOA record of a zone. */
export function soaRecord(zone: string, serial: number): AnswerRecord {
  const times = { refresh: 60, retry: 60, expire: 3600, minimum: 60 };
  const rdata = encodeSoa({ mname: `ns.${zone}`, rname: `host.${zone}`, serial, ...times });
  return { name: zone, type: TYPE.SOA, ttl: 60, rdata };
}

/** Data of a PTR record. */
export function ptr(target: string): Uint8Array {
  return encodeName(target);
}

/** Data of an A record. */
export function a(address: string): Uint8Array {
  return Uint8Array.from(address.split('.').map(Number));
}
