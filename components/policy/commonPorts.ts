/** Below it lie the ports of the well-known services. */
export const FIRST_FREE_PORT = 1024;

/** Ports above those of the services that scanners look for first, TCP and UDP. Listed in `docs/operations.md`. */
export const COMMON_PORTS: ReadonlySet<number> = new Set([
  1080, 1194, 1433, 1434, 1521, 1723, 1883, 1900, 2049, 2181, 2222, 2375, 2376, 2379, 2380, 3128, 3306, 3389,
  4369, 5060, 5061, 5353, 5432, 5555, 5601, 5672, 5900, 5901, 5984, 5985, 5986, 6379, 6443, 6667, 8008, 8080,
  8081, 8443, 8888, 9090, 9092, 9200, 9300, 9418, 10250, 11211, 15672, 25565, 27017,
]);
