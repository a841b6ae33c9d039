import * as pulumi from "@pulumi/pulumi";

/**
 * Resolves when everything is there that a component depends on. Pulumi makes resources wait for that by itself, but
 * a probe is none: it would ask a machine that the same update is about to replace.
 */
export function dependenciesOf(
  opts: pulumi.ResourceOptions | undefined,
): pulumi.Output<readonly pulumi.URN[]> {
  return pulumi.output([opts?.dependsOn ?? []]).apply((declared) => {
    const resources = declared.flat().filter((each) => pulumi.Resource.isInstance(each));
    return pulumi.all(resources.map(({ urn }) => urn));
  });
}
