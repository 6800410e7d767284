import assert from 'node:assert/strict';
import express, { type Request, type Response as Reply } from 'express';
import { sendFile, type FileBody } from '../../src/site/send-file.ts';
import { listenOn, type Listening } from '../../src/system/listen.ts';
import { TestLog } from '../support/portal.ts';
import { until } from '../support/until.ts';

describe('site/send-file', () => {
  let server: Listening;
  let log: TestLog;
  let body: FileBody;
  /** How many pieces were made, and whether the maker was told to end. */
  let made: { pieces: number; ended: boolean };

  beforeEach(async () => {
    log = new TestLog();
    made = { pieces: 0, ended: false };
    const app = express();
    app.disable('etag');
    app.get('/file', (request, reply) =>
      sendFile(request, reply, { name: 'hits.csv', type: 'text/csv', body }, log),
    );
    app.use((thrown: Error, _request: Request, reply: Reply, next: (error: Error) => void) => {
      if (reply.headersSent) next(thrown);
      else reply.status(409).send(thrown.message);
    });
    server = await listenOn(app, { host: '127.0.0.1', port: 0 });
  });
  afterEach(() => server.close());

  const get = (options: RequestInit = {}) => fetch(`${server.address}/file`, options);

  /** Pieces that are counted; behind the last one it fails, if it is to. */
  async function* pieces(count: number, failure: Error | null = null): AsyncGenerator<string> {
    try {
      for (let at = 0; at < count; at += 1) {
        made.pieces += 1;
        yield await Promise.resolve(`line ${at}\n`);
      }
      if (failure !== null) throw failure;
    } finally {
      made.ended = true;
    }
  }

  it('sends a whole text with its length, and pieces as they are made', async () => {
    for (const [sent, text] of [
      ['€\n', '€\n'],
      [['a', Buffer.from('b')], 'ab'],
      [pieces(3), 'line 0\nline 1\nline 2\n'],
      [[], ''],
    ] as const) {
      body = sent;
      const answer = await get();
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), text);
      assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
      assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; .*hits\.csv/);
    }
    body = '€\n';
    assert.equal((await get()).headers.get('content-length'), '4');
    assert.deepEqual(log.lines, []);
  });

  it('has no ranges and no ETag: a part of what is made anew fits no other part', async () => {
    for (const sent of ['whole\n', pieces(1)]) {
      body = sent;
      const answer = await get({ headers: { range: 'bytes=2-3' } });
      assert.equal(answer.status, 200);
      assert.ok((await answer.text()).length > 2);
      assert.equal(answer.headers.get('accept-ranges'), 'none');
      assert.equal(answer.headers.get('etag'), null);
    }
  });

  it('makes nothing for a HEAD, and says no length that is not known', async () => {
    body = pieces(3);
    const answer = await get({ method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
    assert.equal(answer.headers.get('content-length'), null);
    assert.equal(made.pieces, 0);
  });

  it('leaves what fails before the first piece to its caller, which has a page for it', async () => {
    body = pieces(0, new Error('the database is gone'));
    const answer = await get();
    assert.equal(answer.status, 409);
    assert.equal(await answer.text(), 'the database is gone');
    assert.equal(answer.headers.get('content-disposition'), null);
    assert.deepEqual(log.lines, []);
  });

  it('cuts the connection at what fails later, so that no part is taken for the whole', async () => {
    body = pieces(2, new Error('the disk is\ngone'));
    await assert.rejects(async () => (await get()).text());
    await until('it is logged', () => log.lines.length > 0);
    assert.deepEqual(log.lines, ['error a file that was being sent is cut off: the disk is?gone']);
  });

  it('ends what makes the pieces when the client leaves, which is no failure', async () => {
    body = pieces(Infinity);
    const leaving = new AbortController();
    const answer = await get({ signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
    await until('the maker ends', () => made.ended);
    assert.deepEqual(log.lines, []);
  });
});
