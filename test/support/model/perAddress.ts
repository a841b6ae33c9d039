/** The same question, worked out once for each address: reading networks takes longer than all the rest. */
export function perAddress<T>(answer: (address: string) => T): (address: string) => T {
  const known = new Map<string, T>();
  return (address) => {
    const found = known.get(address) ?? answer(address);
    known.set(address, found);
    return found;
  };
}
