import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Where the messages of one resource go. A status is shown while it is being worked on, the others stay. */
export interface ResourceLog {
  readonly status: (message: string) => void;
  readonly warning: (message: string) => void;
  readonly error: (message: string) => void;
}

export function connectEngineLog(engineAddress: string | undefined): (urn: string) => ResourceLog {
  if (engineAddress === undefined) return () => ({ status: ignore, warning: ignore, error: ignore });
  const engine = new EngineClient(engineAddress, credentials.createInsecure());
  return (urn) => {
    const send = (severity: LogRequest.AsObject["severity"], ephemeral: boolean) => (message: string) => {
      const request = new LogRequest();
      request.setSeverity(severity);
      request.setUrn(urn);
      request.setMessage(message);
      request.setEphemeral(ephemeral);
      engine.log(request, ignore);
    };
    return {
      status: send(LogSeverity.INFO, true),
      warning: send(LogSeverity.WARNING, false),
      error: send(LogSeverity.ERROR, false),
    };
  };
}

function ignore(): void {
  // A message that cannot be delivered does not fail the command.
}
