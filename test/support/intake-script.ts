/** An HTTP(S) server that takes uploads and answers as the test says. */
import { createHash } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { encodeReply } from '../../src/protocol/upload.ts';

/** An upload as it arrived. */
export interface Arrived {
  readonly request: IncomingMessage;
  readonly fields: Readonly<Record<string, string>>;
  readonly file: Buffer;
}

/** Decides what to answer. */
export type Script = (response: ServerResponse, arrived: Arrived) => void;

/** Answers that leave open whether the batch is stored, and what is said of them. */
export const UNSURE_ANSWERS: readonly [name: string, script: Script, message: RegExp][] = [
  [
    'a connection cut after it stored the batch',
    (response) => response.destroy(),
    /the connection was cut|hang up/,
  ],
  [
    'half an answer',
    (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"batch_id":', () => response.destroy());
    },
    /Premature close|cut|aborted/i,
  ],
  [
    'a redirect',
    (response) => response.writeHead(307, { location: 'https://evil.example/' }).end(),
    /redirects to https:\/\/evil\.example/,
  ],
];

/** Key and certificate in PEM. */
export interface ServerKey {
  readonly key: string;
  readonly cert: string;
}

/** Starts the server on a free port of the loopback address. */
export async function startIntake(serverKey: ServerKey | null) {
  const uploads: Arrived[] = [];
  const sockets = new Set<Socket>();
  const script: Script = confirm;
  const intake = { script, uploads };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    receive(request).then(
      (arrived) => {
        uploads.push(arrived);
        intake.script(response, arrived);
      },
      () => response.destroy(),
    );
  };
  const server =
    serverKey === null
      ? http.createServer(listener)
      : https.createServer({ ...serverKey }, listener);
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(intake, {
    port,
    url: `${serverKey === null ? 'http' : 'https'}://127.0.0.1:${port}/cgi-bin/logupload.pl?v=1`,
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Answers as the protocol says, with changes. */
export function answer(
  response: ServerResponse,
  { fields }: Arrived,
  change: { status?: number; batchId?: string; sha256?: string; message?: string } = {},
): void {
  const { status = 200, message = 'Log file uploaded successfully for tdid_abcd1234' } = change;
  const batchId = change.batchId ?? fields['batch_id'] ?? '';
  const sha256 = change.sha256 ?? fields['sha256'] ?? '';
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(encodeReply({ batchId, sha256, message }));
}

function confirm(response: ServerResponse, arrived: Arrived): void {
  answer(response, arrived);
}

async function receive(request: IncomingMessage): Promise<Arrived> {
  const blocks: Buffer[] = [];
  for await (const block of request as AsyncIterable<Buffer>) blocks.push(block);
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  const parts = Buffer.concat(blocks).toString('latin1').split(`--${boundary}`).slice(1, -1);
  const found = parts.map(partOf);
  const file = found.find(({ isFile }) => isFile)?.value ?? Buffer.alloc(0);
  const texts = found.map(({ name, value, isFile }) => [
    name,
    isFile ? sha256(value) : value.toString(),
  ]);
  return { request, fields: Object.fromEntries(texts) as Record<string, string>, file };
}

/** A part of the form: its name, its bytes without the line break behind them. */
function partOf(part: string) {
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const value = Buffer.from(rest.join('\r\n\r\n').slice(0, -2), 'latin1');
  const name = / name="([^"]+)"/.exec(head)?.[1] ?? '';
  return { name, value, isFile: head.includes('filename=') };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The lines in an upload. */
export function linesIn(arrived: Arrived | undefined): string {
  return arrived === undefined ? '' : gunzipSync(arrived.file).toString('latin1');
}
