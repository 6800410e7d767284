import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import type { LookupAnswer } from '../../src/tasks/agent.ts';
import { lookUpHost } from '../../src/tasks/lookup-host.ts';

describe('lookUpHost', () => {
  const lookUp = (query: string) => Promise.resolve({ query } as LookupAnswer);

  it('looks up each address of the name', async () => {
    const addresses = ['198.51.100.7', '2001:db8::1'];
    const resolveName = () => Promise.resolve(addresses);
    const { name, ...found } = await lookUpHost({ resolveName }, lookUp, ' a.example ');
    assert.equal(name, 'a.example');
    assert.deepEqual(found.addresses, addresses);
    assert.deepEqual(
      found.answers.map(({ query }) => query),
      addresses,
    );
  });

  it('looks up some of very many, and names all', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `198.51.100.${index}`);
    const found = await lookUpHost(
      { resolveName: () => Promise.resolve(many) },
      lookUp,
      'a.example',
    );
    assert.equal(found.addresses.length, 50);
    assert.equal(found.answers.length, 8);
  });

  it('asks no resolver for what is no name', async () => {
    const resolveName = () => Promise.reject(new Error('was asked'));
    await assert.rejects(lookUpHost({ resolveName }, lookUp, '-a;id'), FormatError);
  });
});
