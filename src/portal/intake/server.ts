import { createServer, type Server } from 'node:https';
import { isIP } from 'node:net';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type Router,
} from 'express';
import { HostError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { BEACON_PATH, EXEMPTIONS_PATH } from '../../protocol/report-paths.ts';
import { encodeReply } from '../../protocol/upload.ts';
import type { ServerCertificate } from '../certificate.ts';
import { isRegistered } from '../model/access.ts';
import { takeBeacon } from './beacon.ts';
import { takeExemptionReport } from './exemptions.ts';
import { Refusal } from './refusal.ts';
import type { SignedRequest } from './signed-body.ts';
import { takeUpload, type Intake } from './upload.ts';
import { validIpText } from './valid-ip.ts';

/** Paths of the intake, as the documents give them. */
export const UPLOAD_PATH = '/cgi-bin/logupload.pl';
export const VALID_IP_PATH = '/cgi-bin/validip.pl';

const MAX_JSON_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 1_000;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 300_000;
const RETRY_AFTER_SECONDS = '60';

/**
 * The intake over HTTPS, not yet listening.
 * @param enrolment how devices come by themselves: what of the API is for who reaches the intake
 */
export function createIntakeServer(
  intake: Intake,
  certificate: ServerCertificate,
  log: Log,
  enrolment: Router,
): Server {
  const { key, cert } = certificate;
  const server = createServer(
    {
      key,
      cert,
      minVersion: 'TLSv1.2',
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
    },
    intakeApp(intake, log, enrolment),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function intakeApp(intake: Intake, log: Log, enrolment: Router): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.post(UPLOAD_PATH, async (request, response) => {
    const { status, reply } = await takeUpload(request, request.originalUrl, intake);
    response.status(status).type('json').send(encodeReply(reply));
  });
  app.get(VALID_IP_PATH, (request, response) => {
    const address = request.socket.remoteAddress ?? '';
    const listed = (one: string): boolean => isIP(one) !== 0 && isRegistered(intake.store, one);
    response.type('text').send(validIpText(address, listed));
  });
  const body = express.raw({ type: 'application/json', limit: MAX_JSON_BYTES });
  for (const [path, take] of [
    [BEACON_PATH, takeBeacon],
    [EXEMPTIONS_PATH, takeExemptionReport],
  ] as const) {
    app.post(path, body, (request, response) => {
      take(signedRequestOf(request), intake);
      response.status(204).end();
    });
  }
  app.use('/v1', enrolment);
  app.use(() => {
    throw new Refusal(404, 'there is nothing at this path');
  });
  app.use(answerError(log));
  return app;
}

function signedRequestOf({ body, originalUrl, headers }: Request): SignedRequest {
  if (!Buffer.isBuffer(body)) throw new Refusal(415, 'the body is not application/json');
  return { path: originalUrl, authorization: headers.authorization, body };
}

/** Four parameters tell Express that this answers errors. */
function answerError(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    const whence = `${request.method} ${request.path} from ${request.socket.remoteAddress ?? '?'}`;
    const line = `intake: ${whence}: ${status}, ${messageOf(error)}`;
    if (status >= 500) log.error(line);
    else log.warn(line);
    if (status === 503) response.set('Retry-After', RETRY_AFTER_SECONDS);
    const message = status >= 500 ? 'the portal could not store this' : messageOf(error);
    response.status(status).json({ message });
  };
}

/** Errors of the disk and the database are 503: the device keeps the batch and comes back. */
function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof HostError) return 503;
  const { status, code } = error as { status?: unknown; code?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) return status;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? 503 : 500;
}
