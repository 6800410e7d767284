import type { Command } from './command.ts';
import { banner } from './product.ts';

/** `tsadmin version` */
export const versionCommand: Command = {
  name: 'version',
  usage: 'version',
  summary: 'show the version of the installed package',
  details: ['Shows name and release of the package. The device is not looked at.'],
  options: {},
  run: (context) => {
    context.print(banner(context.product, 'version', context.clock.now()));
    context.print(`${context.product} Version: ${context.release}`);
    context.printJson({
      product: context.product,
      release: context.release,
      platform: context.platform,
    });
    return Promise.resolve(0);
  },
};
