package main

import (
	"fmt"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// What Pulumi's own host for Node does with a plugin: the SDK that the plugin finds runs the plugin's folder.
func (host *languageHost) RunPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	if host.language != "nodejs" {
		return fmt.Errorf("%s%s runs no plugins", prefix, host.language)
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()

	folder := request.Info.ProgramDirectory
	locate := exec.Command("node", "--print", `require.resolve("@pulumi/pulumi/cmd/run-plugin")`)
	locate.Dir = folder
	located, err := locate.Output()
	if err != nil {
		return fmt.Errorf("%s finds no Pulumi SDK: %w", folder, err)
	}
	arguments := append([]string{strings.TrimSpace(string(located)), folder}, request.Args...)
	plugin := exec.CommandContext(server.Context(), "node", arguments...)
	plugin.Dir = request.Pwd
	plugin.Env = request.Env
	plugin.Stdout, plugin.Stderr = stdout, stderr
	return plugin.Run()
}
