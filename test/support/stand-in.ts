/** Has the properties that `current` has when one is asked for: a name for what is another thing in each test. */
export function standIn<T extends object>(current: () => T): T {
  return new Proxy({} as T, { get: (_none, name) => Reflect.get(current(), name) as unknown });
}
