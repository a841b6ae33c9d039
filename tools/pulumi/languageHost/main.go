// Command languageHost is a language host for the tests, where Pulumi's own cannot be had: the newest that can be built from
// a module starts programs, and what that one does not know yet is here. Its name says for which language it is.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const prefix = "pulumi-language-"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Serves until the engine is gone, whose address is the last argument. What else engines say there is for older hosts.
func serve() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	engine := os.Args[len(os.Args)-1]
	ctx, cancel := context.WithCancel(context.Background())
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, cancel); err != nil {
		return err
	}
	gone := make(chan bool)
	go func() {
		<-ctx.Done()
		close(gone)
	}()
	host := &languageHost{
		language: strings.TrimPrefix(filepath.Base(program), prefix),
		older:    olderHost{program: filepath.Join(filepath.Dir(program), "older", filepath.Base(program)), engine: engine},
	}
	go endOnInterrupt(&host.older)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: gone,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)
	return <-handle.Done
}

// An engine that ends early interrupts its programs too: they have last words.
func endOnInterrupt(older *olderHost) {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	<-interrupts
	older.printing.Wait()
	os.Exit(130)
}

type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language string
	older    olderHost
}

func (host *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (host *languageHost) GetRequiredPlugins(
	ctx context.Context, request *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	older, err := host.older.start(request.Info)
	if err != nil {
		return nil, err
	}
	return older.GetRequiredPlugins(ctx, request)
}

func (host *languageHost) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	older, err := host.older.start(request.Info)
	if err != nil {
		return nil, err
	}
	return older.Run(ctx, request)
}

// The tests install what they need beforehand.
func (host *languageHost) InstallDependencies(
	*pulumirpc.InstallDependenciesRequest, pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	return nil
}
