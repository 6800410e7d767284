import { sizeOf } from '../../core/prefix-list.ts';
import { readFeed } from '../feeds.ts';
import { publishList } from '../publish.ts';
import { stateOf, withStore, type PortalCommand } from './command.ts';

/** `ts-portal list set`: publishes a file as a list. */
export const setList: PortalCommand = {
  words: ['list', 'set'],
  operands: ['NAME', 'FILE'],
  options: {},
  async run(context, values, [name = '', path = '']) {
    const stateDir = stateOf(values);
    const table = await readFeed(path);
    await withStore(stateDir, (store) => {
      const changed = publishList(store, context.clock, name, table);
      const what = changed ? `published, serial ${store.lists.zoneSerial()}` : 'unchanged';
      context.print(`${name}: ${sizeOf(table)} entries, ${what}\n`);
      return Promise.resolve();
    });
  },
};
