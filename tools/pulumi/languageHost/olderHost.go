package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// olderHost is started with the first program, whose options it takes as flags. It looks for the engine by itself.
type olderHost struct {
	program string
	engine  string

	once   sync.Once
	client pulumirpc.LanguageRuntimeClient
	err    error
}

func (older *olderHost) start(info *pulumirpc.ProgramInfo) (pulumirpc.LanguageRuntimeClient, error) {
	older.once.Do(func() { older.client, older.err = older.connect(info) })
	return older.client, older.err
}

func (older *olderHost) connect(info *pulumirpc.ProgramInfo) (pulumirpc.LanguageRuntimeClient, error) {
	command := exec.Command(older.program, append(flagsFor(info), older.engine)...)
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s said no port: %w", older.program, err)
	}
	connection, err := grpc.NewClient(
		"127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		rpcutil.GrpcChannelOptions(),
	)
	if err != nil {
		return nil, err
	}
	return pulumirpc.NewLanguageRuntimeClient(connection), nil
}

func flagsFor(info *pulumirpc.ProgramInfo) []string {
	flags := []string{"-root=" + info.GetRootDirectory()}
	if environment, isThere := info.GetOptions().AsMap()["virtualenv"].(string); isThere {
		flags = append(flags, "-virtualenv="+environment)
	}
	return flags
}
