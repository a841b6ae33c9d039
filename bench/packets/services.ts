import { COMMON_PORTS, FIRST_FREE_PORT } from "../../components/policy/commonPorts";

/** A service of the benches: one guarded port and the knocks that open it. All TCP. */
export interface BenchService {
  readonly name: string;
  readonly port: number;
  readonly knocks: readonly number[];
}

const FIRST_GUARDED_PORT = 40_000;
const MOST_SERVICES = 10_000;
const KNOCKS = 4;

/** Services with random sequences, the same ones every time; fewer of them are the first of more. */
export function benchServices(count: number): readonly BenchService[] {
  if (count > MOST_SERVICES) throw new Error(`there are ports for ${MOST_SERVICES} services, not ${count}`);
  const randomPort = createRandomPort();
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => ({
    name: `s${index + 1}`,
    port: FIRST_GUARDED_PORT + index,
    knocks: newSequence(randomPort, taken),
  }));
}

/** A port that no sequence knocks at and nobody guards. */
export function unusedPort(services: readonly BenchService[]): number {
  const used = new Set(services.flatMap(({ port, knocks }) => [port, ...knocks]));
  return Array.from({ length: 65_536 }, (_, index) => 65_535 - index).find((port) => !used.has(port)) ?? 0;
}

/** Random ports that none of the benches' services guards, the same ones every time. */
export function unguardedPorts(count: number): readonly number[] {
  const randomPort = createRandomPort();
  const ports = Array.from({ length: 2 * count }, randomPort);
  return ports.filter((port) => !isGuardedPort(port)).slice(0, count);
}

/** The policy as somebody would write it. */
export function policyInput(
  services: readonly BenchService[],
  rest: Readonly<Record<string, unknown>>,
): unknown {
  const entries = services.map(({ name, port, knocks }) => [
    name,
    { ports: [`${port}`], sequence: knocks.join(",") },
  ]);
  return { services: Object.fromEntries(entries), ...rest };
}

/** All are of one length, so none is a prefix of another as long as they differ. */
function newSequence(randomPort: () => number, taken: Set<string>): readonly number[] {
  for (;;) {
    const knocks = Array.from({ length: KNOCKS }, randomPort);
    const key = knocks.join(" ");
    if (isAllowed(knocks) && !taken.has(key)) {
      taken.add(key);
      return knocks;
    }
  }
}

function isAllowed(knocks: readonly number[]): boolean {
  const areDistinct = new Set(knocks).size === knocks.length;
  const areNeighbours = knocks.some((port, index) => Math.abs(port - (knocks[index + 1] ?? -1)) === 1);
  return areDistinct && !areNeighbours && knocks.every(isKnockPort);
}

function isKnockPort(port: number): boolean {
  return port >= FIRST_FREE_PORT && !isGuardedPort(port) && !COMMON_PORTS.has(port);
}

function isGuardedPort(port: number): boolean {
  return port >= FIRST_GUARDED_PORT && port < FIRST_GUARDED_PORT + MOST_SERVICES;
}

/** mulberry32 with a fixed seed. */
function createRandomPort(): () => number {
  let state = 20_160;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) & 0xffff;
  };
}
