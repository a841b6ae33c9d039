/** The types of our resources, as a stack's state has them: another name of one would be another resource. */
export const FIREWALL_TYPE = "pulumi-portknock:index:PortKnockFirewall";
export const HOST_TYPE = "pulumi-portknock:index:HostFirewall";
export const SEQUENCE_TYPE = "pulumi-portknock:index:KnockSequence";
