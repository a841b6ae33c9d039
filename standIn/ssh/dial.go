package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

type endpoint struct {
	Host               string
	Port               float64
	User               string
	Password           *string
	PrivateKey         *string
	PrivateKeyPassword *string
	AgentSocketPath    *string
	HostKey            *string
	DialErrorLimit     int
	PerDialTimeout     int
}

type connection struct {
	endpoint
	Proxy *endpoint
}

func (c connection) dial() (*ssh.Client, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	if c.Proxy == nil {
		return retry("Dial", c.DialErrorLimit, func() (*ssh.Client, error) {
			return ssh.Dial("tcp", c.address(), config)
		})
	}
	client, err := c.dialThrough(*c.Proxy, config)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return client, nil
}

func (c connection) dialThrough(proxy endpoint, config *ssh.ClientConfig) (*ssh.Client, error) {
	proxyConfig, err := proxy.config()
	if err != nil {
		return nil, err
	}
	bastion, err := retry("Dial proxy", proxy.DialErrorLimit, func() (*ssh.Client, error) {
		return ssh.Dial("tcp", proxy.address(), proxyConfig)
	})
	if err != nil {
		return nil, err
	}
	tunnel, err := retry("Dial from proxy", c.DialErrorLimit, func() (net.Conn, error) {
		return bastion.Dial("tcp", c.address())
	})
	if err != nil {
		return nil, err
	}
	// As in the original, a failed handshake is tried again over the tunnel that the failure has closed.
	return retry("Dial", c.DialErrorLimit, func() (*ssh.Client, error) {
		conn, channels, requests, err := ssh.NewClientConn(tunnel, c.address(), config)
		if err != nil {
			return nil, err
		}
		return ssh.NewClient(conn, channels, requests), nil
	})
}

// retry forgives as many failures as the limit says: with a limit of 1 there are two dials, with -1 there is no end.
func retry[T any](what string, limit int, attempt func() (T, error)) (T, error) {
	pause := 100 * time.Millisecond
	for failures := 0; ; failures++ {
		result, err := attempt()
		if err == nil {
			return result, nil
		}
		if limit >= 0 && failures >= limit {
			return result, fmt.Errorf("after %d failed attempts: %w", failures, err)
		}
		of := "inf"
		if limit >= 0 {
			of = strconv.Itoa(limit)
		}
		report(event{Kind: "status", Text: fmt.Sprintf("%s %d/%s failed: retrying", what, failures+1, of)})
		time.Sleep(pause)
		pause = min(pause*3/2, 5*time.Second)
	}
}

func (e endpoint) address() string {
	return net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port)))
}

// config says how to present oneself to an endpoint and what to ask of it; what it refuses, no dial could mend.
func (e endpoint) config() (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{
		User: e.User,
		// Without a host key nothing is checked.
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
		Timeout:         time.Duration(e.PerDialTimeout) * time.Second,
	}
	if e.HostKey != nil {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
		if err != nil {
			return nil, fmt.Errorf("failed to parse host key: %w", err)
		}
		config.HostKeyCallback = ssh.FixedHostKey(key)
		// Its own type alone is asked for, so RSA means the old `ssh-rsa`.
		config.HostKeyAlgorithms = []string{key.Type()}
	}
	if e.PrivateKey != nil {
		signer, err := e.signer()
		if err != nil {
			return nil, err
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if password := e.Password; password != nil {
		answer := func(_, _ string, questions []string, _ []bool) ([]string, error) {
			answers := make([]string, len(questions))
			for index := range answers {
				answers[index] = *password
			}
			return answers, nil
		}
		config.Auth = append(config.Auth, ssh.Password(*password), ssh.KeyboardInteractive(answer))
	}
	socket := os.Getenv("SSH_AUTH_SOCK")
	if e.AgentSocketPath != nil {
		socket = *e.AgentSocketPath
	}
	if e.AgentSocketPath != nil || socket != "" {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return nil, err
		}
		config.Auth = append(config.Auth, ssh.PublicKeysCallback(agent.NewClient(conn).Signers))
	}
	return config, nil
}

func (e endpoint) signer() (ssh.Signer, error) {
	if e.PrivateKeyPassword != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(*e.PrivateKey), []byte(*e.PrivateKeyPassword))
	}
	return ssh.ParsePrivateKey([]byte(*e.PrivateKey))
}
