// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

var SendHWM = intOption(opt.SendHWM)
var RecvHWM = intOption(opt.RecvHWM)
var Linger = durationOption(opt.Linger, time.Millisecond)
var RoutingID = bytesOption(opt.RoutingID)
