import pulumi
from pulumi_portknock import PortKnockFirewall

config = pulumi.Config()

edge = PortKnockFirewall(
    "edge",
    hosts={
        "web-1": {
            "connection": {
                "host": config.require("host"),
                "host_key": config.require("hostKey"),
                "private_key": config.require_secret("privateKey"),
            },
        },
    },
    services={
        "ssh": {"ports": ["22"], "sequence": config.require_secret("sshSequence")},
    },
    allow=config.require_object("allow"),  # with the address of the machine that runs `pulumi up`
    open_ports=["80", "443"],
)

pulumi.export("policy", edge.policy)
pulumi.export("knocks", edge.knocks)
