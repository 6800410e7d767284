/**
 * The name of a part of a list that is A records at numbered names: the number goes to the end of the first label.
 * `basic.example`, 0 → itself; 1 → `basic1.example`
 */
export function numberedList(name: string, number: number): string {
  return number === 0 ? name : withFirstLabel(name, (label) => `${label}${number}`);
}

/** The name with another first label. */
export function withFirstLabel(name: string, change: (label: string) => string): string {
  const [first = '', ...rest] = name.split('.');
  return [change(first), ...rest].join('.');
}
