import type { HostStatus } from "../../components/remote/hostStatus";
import { NO_ACTIVITY } from "../../components/status/activity";

/** What a host says that has what was applied to it, and where nobody came by. */
export const GUARDED_STATUS: HostStatus & { readonly kind: "guarded" } = {
  kind: "guarded",
  observed: `0123456789abcdef${"0".repeat(48)}`,
  script: undefined,
  deployer: { address: "198.51.100.7", port: 22, admissions: [] },
  otherTables: "",
  warnings: [],
  owner: "shop/dev/edge/web-1",
  token: "token-1",
  marker: "old-marker",
  appliedAt: 1795850000,
  isPending: false,
  hasRolledBack: false,
  findings: [],
  activity: NO_ACTIVITY,
};
