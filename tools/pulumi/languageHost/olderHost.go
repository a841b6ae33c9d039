package main

import (
	"bufio"
	"fmt"
	"io"
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
	// Until it has ended, and with it every program that prints through it.
	printing sync.WaitGroup
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
	printed := bufio.NewReader(stdout)
	port, err := printed.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s said no port: %w", older.program, err)
	}
	// What programs print comes the same way.
	older.printing.Add(1)
	go func() {
		defer older.printing.Done()
		_, _ = io.Copy(os.Stdout, printed)
	}()
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
