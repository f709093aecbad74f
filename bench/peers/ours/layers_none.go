// SPDX-License-Identifier: Apache-2.0

//go:build !layers

package main

import "github.com/gozmq/zmq"

func layers() ([]zmq.Setting, error) { return nil, nil }
