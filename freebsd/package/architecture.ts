import { HostError } from '../../src/core/errors.ts';

/** A processor architecture pfSense runs on, by its FreeBSD name. */
export type Architecture = 'amd64' | 'aarch64';

/** What other tools call an architecture. */
export interface ArchitectureNames {
  /** `e_machine` of an ELF file. */
  readonly elfMachine: number;
  /** The target of the Zig compiler: the oldest FreeBSD it knows, which is older than that of any pfSense since 2.7. */
  readonly zigTarget: string;
  /** The end of pkg's older ABI string: family and word size. */
  readonly legacy: string;
}

/** Every architecture packages are made for. */
export const ARCHITECTURES: Readonly<Record<Architecture, ArchitectureNames>> = {
  amd64: { elfMachine: 62, zigTarget: 'x86_64-freebsd', legacy: 'x86:64' },
  aarch64: { elfMachine: 183, zigTarget: 'aarch64-freebsd', legacy: 'aarch64:64' },
};

/** @throws HostError when there is no package for that name */
export function architectureOf(name: string): Architecture {
  if (name === 'amd64' || name === 'aarch64') return name;
  throw new HostError(`there is no architecture "${name}"`, {
    remedy: `Use one of: ${Object.keys(ARCHITECTURES).join(', ')}.`,
  });
}

/** The architecture of an ELF file by its `e_machine`, undefined for any other. */
export function architectureOfMachine(machine: number): Architecture | undefined {
  const names = Object.keys(ARCHITECTURES) as Architecture[];
  return names.find((name) => ARCHITECTURES[name].elfMachine === machine);
}
