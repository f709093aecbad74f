// SPDX-License-Identifier: Apache-2.0

package native

import "github.com/gozmq/zmq/cmd/zmqfix/internal/library"

// socketTypes are the names of the types in the constructors and constants of
// goczmq and go-zeromq.
var socketTypes = map[string]string{
	"Req": "REQ", "Rep": "REP", "Dealer": "DEALER", "Router": "ROUTER", "Pub": "PUB", "Sub": "SUB",
	"XPub": "XPUB", "XSub": "XSUB", "Push": "PUSH", "Pull": "PULL", "Pair": "PAIR", "Stream": "STREAM",
}

// typeNames are the types that have a counterpart: the name in package zmq, with
// an asterisk where a pointer takes the place of an interface, or a type of the
// language.
var typeNames = map[library.ID]map[string]string{
	library.GoZMQ: {"Socket": "Socket", "Context": "Context", "SocketType": "SocketType", "Event": "EventKind"},
	library.Pebbe: {
		"Socket": "Socket", "Context": "Context", "Type": "SocketType",
		"Poller": "Poller", "Polled": "PollEvent", "State": "PollEvents",
		"Event": "EventKind",
	},
	library.GoZeroMQ: {"Socket": "*Socket", "Msg": "Message", "Option": "Setting", "SocketIdentity": "[]byte"},
	library.GoCZMQ:   {"Sock": "Socket", "SockOption": "Setting"},
}

// constants are those that have a counterpart, apart from flags, options and
// errors, which go with the calls that take them.
var constants = map[library.ID]map[string]string{
	library.GoZMQ: {
		"REQ": "REQ", "REP": "REP", "DEALER": "DEALER", "ROUTER": "ROUTER", "PUB": "PUB", "SUB": "SUB",
		"XPUB": "XPUB", "XSUB": "XSUB", "PUSH": "PUSH", "PULL": "PULL", "PAIR": "PAIR",
		"XREQ": "DEALER", "XREP": "ROUTER", "UPSTREAM": "PULL", "DOWNSTREAM": "PUSH",
		"EVENT_CONNECTED": "EventConnected", "EVENT_CONNECT_DELAYED": "EventConnectDelayed", "EVENT_CONNECT_RETRIED": "EventConnectRetried",
		"EVENT_LISTENING": "EventListening", "EVENT_BIND_FAILED": "EventBindFailed", "EVENT_ACCEPTED": "EventAccepted",
		"EVENT_ACCEPT_FAILED": "EventAcceptFailed", "EVENT_CLOSED": "EventClosed", "EVENT_CLOSE_FAILED": "EventCloseFailed",
		"EVENT_DISCONNECTED": "EventDisconnected", "EVENT_ALL": "EventAll",
	},
	library.Pebbe: {
		"REQ": "REQ", "REP": "REP", "DEALER": "DEALER", "ROUTER": "ROUTER", "PUB": "PUB", "SUB": "SUB",
		"XPUB": "XPUB", "XSUB": "XSUB", "PUSH": "PUSH", "PULL": "PULL", "PAIR": "PAIR", "STREAM": "STREAM",
		"POLLIN": "PollIn", "POLLOUT": "PollOut",
		"EVENT_CONNECTED": "EventConnected", "EVENT_CONNECT_DELAYED": "EventConnectDelayed", "EVENT_CONNECT_RETRIED": "EventConnectRetried",
		"EVENT_LISTENING": "EventListening", "EVENT_BIND_FAILED": "EventBindFailed", "EVENT_ACCEPTED": "EventAccepted",
		"EVENT_ACCEPT_FAILED": "EventAcceptFailed", "EVENT_CLOSED": "EventClosed", "EVENT_CLOSE_FAILED": "EventCloseFailed",
		"EVENT_DISCONNECTED": "EventDisconnected", "EVENT_ALL": "EventAll", "EVENT_MONITOR_STOPPED": "EventMonitorStopped",
		"EVENT_HANDSHAKE_FAILED_NO_DETAIL": "EventHandshakeFailedNoDetail", "EVENT_HANDSHAKE_SUCCEEDED": "EventHandshakeSucceeded", "EVENT_HANDSHAKE_FAILED_PROTOCOL": "EventHandshakeFailedProtocol",
		"EVENT_HANDSHAKE_FAILED_AUTH": "EventHandshakeFailedAuth",
	},
}

// sameFields are the fields of the libraries' structs that are called the same
// in package zmq.
var sameFields = map[string]bool{"Polled.Socket": true, "Polled.Events": true}

// errorNames are the counterparts of the libraries' errors. A name without
// a point is one of package zmq.
var errorNames = map[string]string{
	"ETERM": "ErrTerminated", "EFSM": "ErrState", "ENOTSOCK": "ErrClosed", "ENOCOMPATPROTO": "ErrIncompatibleTransport",
	"ErrorSocketClosed": "ErrClosed", "ErrorContextClosed": "ErrTerminated",
	"EHOSTUNREACH": "ErrHostUnreachable", "ENOTSUP": "ErrNotSupported", "EMSGSIZE": "ErrMessageTooLarge",
	"EPROTONOSUPPORT": "ErrUnsupportedTransport", "EINVAL": "ErrInvalid",
	"EADDRINUSE": "syscall.EADDRINUSE", "EADDRNOTAVAIL": "syscall.EADDRNOTAVAIL", "EAFNOSUPPORT": "syscall.EAFNOSUPPORT",
	"ECONNABORTED": "syscall.ECONNABORTED", "ECONNREFUSED": "syscall.ECONNREFUSED", "ECONNRESET": "syscall.ECONNRESET",
	"EINPROGRESS": "syscall.EINPROGRESS", "ENETDOWN": "syscall.ENETDOWN", "ENETRESET": "syscall.ENETRESET",
	"ENETUNREACH": "syscall.ENETUNREACH", "ENOBUFS": "syscall.ENOBUFS", "ENOTCONN": "syscall.ENOTCONN",
	"ETIMEDOUT": "syscall.ETIMEDOUT",
}

// rules say what becomes of each function and method. Options have rules of
// their own, in option.go.
var rules = map[library.ID]map[string]rule{
	library.Pebbe: {
		"NewContext":          newContext,
		"NewSocket":           newSocket,
		"Term":                termDefault,
		"Context.NewSocket":   newSocket,
		"Context.Term":        term,
		"Type.String":         as("String"),
		"Socket.Bind":         as("Bind"),
		"Socket.Connect":      as("Connect"),
		"Socket.Unbind":       as("Unbind"),
		"Socket.Disconnect":   as("Disconnect"),
		"Socket.Close":        as("Close"),
		"Socket.SetSubscribe": as("Subscribe"), "Socket.SetUnsubscribe": as("Unsubscribe"),
		"Socket.Send": sendPart, "Socket.SendBytes": sendPart,
		"Socket.SendMessage":         sendValues("Send"),
		"Socket.SendMessageDontwait": sendValues("TrySend"),
		"Socket.Recv":                receivePart(asString), "Socket.RecvBytes": receivePart(asBytes),
		"Socket.RecvMessage":      receiveWhole(asStrings),
		"Socket.RecvMessageBytes": receiveWhole(asFrames),
		"Socket.GetRcvmore":       reject("asks whether more parts follow: receive whole messages"),
		"Socket.ClientAuthPlain":  clientPlain, "Socket.ClientAuthCurve": clientCurve,
		"Socket.ServerAuthCurve": serverCurve,
		"Socket.ServerAuthPlain": serverMechanism("true"), "Socket.ServerAuthNull": serverMechanism("false"),
		"NewCurveKeypair": useAddition(keypair, false), "AuthCurvePublic": useAddition(publicKey, false),
		"Socket.Monitor": monitor, "Socket.RecvEvent": receiveEvent, "Event.String": eventText,
		"Socket.GetLastEndpoint": lastEndpoint,
		"Socket.GetType":         getter("Type"), "Socket.GetEvents": getter("Events"),
		"Proxy":                 proxy,
		"NewPoller":             as("NewPoller"),
		"Poller.Add":            pollerAdd,
		"Poller.RemoveBySocket": as("Remove"),
		"Poller.UpdateBySocket": pollerUpdate,
		"Poller.Poll":           poll,
		"Poller.PollAll":        reject("PollAll returns all sockets, and Poller.Wait those that are ready"),
		"Poller.Remove":         reject("removes by number: package zmq removes by socket"),
		"Poller.Update":         reject("updates by number: package zmq updates by socket"),
		"AsErrno":               reject("the number of an error is used as a value"),
	},
	library.GoZMQ: {
		"NewContext":        newContext,
		"Context.NewSocket": newSocket,
		"Context.Close":     term,
		"Socket.Bind":       as("Bind"), "Socket.Connect": as("Connect"),
		"Socket.Unbind": as("Unbind"), "Socket.Disconnect": as("Disconnect"),
		"Socket.Close": as("Close"),
		"Socket.Send":  sendPart, "Socket.SendMultipart": sendParts,
		"Socket.Recv":          receivePart(asBytes),
		"Socket.RecvMultipart": receiveWhole(asFrames),
		"Socket.RcvMore":       reject("asks whether more parts follow: receive whole messages"),
		"Socket.SetSubscribe":  as("Subscribe"), "Socket.SetUnsubscribe": as("Unsubscribe"),
		"Socket.SetSockOptInt": sockOpt, "Socket.SetSockOptInt64": sockOpt, "Socket.SetSockOptUInt64": sockOpt,
		"Socket.SetSockOptString": sockOpt,
		"Socket.SetHWM":           setBothHWM,
		"Socket.Monitor":          monitor,
		"Proxy":                   proxy,
		"Poll":                    reject("Poll fills in its items: use a zmq.Poller, or a goroutine for each socket"),
		"Device":                  reject("use zmq.NewProxy or zmq.NewDevice, and Run"),
	},
	library.GoZeroMQ: goZeroMQRules(),
	library.GoCZMQ:   goCZMQRules(),
}
