import assert from 'node:assert/strict';
import fc from 'fast-check';
import { actorOf, addressOf } from '../../src/core/actor.ts';

describe('an actor', () => {
  it('has the address back that it was made with, whatever the user is called', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(fc.string(), address, (user, from) => {
        assert.equal(addressOf(actorOf('page', user, from)), from);
        assert.equal(addressOf(actorOf('cli', user, '')), null);
      }),
    );
  });

  it('that is no person has none', () => {
    assert.equal(addressOf('schedule'), null);
  });
});
