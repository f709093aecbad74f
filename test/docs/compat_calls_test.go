// SPDX-License-Identifier: Apache-2.0

package docs_test

// call is what a program that calls libzmq from C finds in Go.
type call struct {
	names string // without zmq_, in the order of the manual
	gone  string // Go's word for it; names in the exported API in single quotes
}

// goCalls is libzmq's API. What the C library exports is not here: that is in
// cmd/libzmq/exports.txt.
var goCalls = []call{
	{names: "ctx_new init", gone: "'NewContext', 'DefaultContext'"},
	{names: "ctx_term term ctx_destroy", gone: "'Context.Term'"},
	{names: "ctx_shutdown", gone: "'Context.Shutdown'"},
	{names: "ctx_set ctx_get ctx_set_ext ctx_get_ext", gone: "'ContextConfig'; there are no I/O threads to configure"},
	{names: "socket", gone: "'NewSocket', 'Context.NewSocket'"},
	{names: "close", gone: "'Socket.Close'; it waits for Linger"},
	{names: "setsockopt", gone: "'Option.Set', 'Socket.Set', 'Socket.Subscribe'; by number 'Socket.SetRawOption'"},
	{names: "getsockopt", gone: "'Option.Get'; by number 'Socket.RawOption'"},
	{names: "bind unbind", gone: "'Socket.Bind', 'Socket.Unbind'"},
	{names: "connect disconnect", gone: "'Socket.Connect', 'Socket.Disconnect'"},
	{names: "connect_peer", gone: "'Socket.ConnectPeer'"},
	{names: "disconnect_peer", gone: "'Socket.DisconnectRoutingID'"},
	{names: "join leave", gone: "'Socket.Join', 'Socket.Leave'"},
	{names: "send send_const msg_send sendmsg sendiov", gone: "'Socket.Send', 'Socket.SendMessage', 'Socket.TrySend'; whole messages"},
	{names: "recv msg_recv recvmsg recviov", gone: "'Socket.Recv', 'Socket.TryRecv', 'Socket.Messages'; whole messages"},
	{names: "msg_init msg_init_size msg_init_data msg_init_buffer msg_close msg_move msg_copy", gone: "'NewMessage', 'Message.Clone'; nothing is to be closed"},
	{names: "msg_data msg_size msg_more msg_get msg_set", gone: "'Message.Frame', 'Message.Len', 'Message.Size'"},
	{names: "msg_gets", gone: "'Message.Property', 'Message.Peer'"},
	{names: "msg_routing_id msg_set_routing_id", gone: "'Message.RoutingID', 'Message.WithRoutingID'"},
	{names: "msg_group msg_set_group", gone: "'Message.Group', 'Message.WithGroup'"},
	{names: "poll ppoll", gone: "contexts and goroutines; 'Socket.Events'"},
	{names: "poller_new poller_destroy poller_size poller_add poller_modify poller_remove poller_wait poller_wait_all", gone: "'Poller'"},
	{names: "poller_add_fd poller_modify_fd poller_remove_fd poller_fd", gone: "'Poller.AddFD', 'Poller.ModifyFD', 'Poller.RemoveFD'"},
	{names: "socket_get_peer_state", gone: "'Socket.CheckSend'"},
	{names: "socket_monitor socket_monitor_versioned", gone: "'Socket.Monitor', 'Socket.MonitorTo'"},
	{names: "socket_monitor_pipes_stats", gone: "'Socket.MonitorPipesStats', 'Socket.Peers'"},
	{names: "proxy proxy_steerable device", gone: "'NewProxy', 'NewDevice'"},
	{names: "timers_new timers_destroy timers_add timers_cancel timers_set_interval timers_reset timers_timeout timers_execute", gone: "'Timers'"},
	{names: "curve_keypair curve_public", gone: "'NewCurveKeypair', 'SecretKey.Public'"},
	{names: "z85_encode z85_decode", gone: "'EncodeZ85', 'DecodeZ85'"},
	{names: "errno strerror", gone: "'Errno'; errors have texts"},
	{names: "version", gone: "'Version'"},
	{names: "has", gone: "'Context.NewSocket', 'Socket.Bind' say what is not there"},
	{names: "atomic_counter_new atomic_counter_set atomic_counter_inc atomic_counter_dec atomic_counter_value atomic_counter_destroy", gone: "sync/atomic"},
	{names: "stopwatch_start stopwatch_intermediate stopwatch_stop sleep", gone: "time"},
	{names: "threadstart threadclose", gone: "go"},
}

// otherwise is what the same calls do in another way, and why.
var otherwise = [][2]string{
	{"Close waits for LINGER, and for the peer to have read what was sent", "a program that returns from main would lose it otherwise; libzmq leaves that to zmq_ctx_term"},
	{"a bind removes a stale socket file and nothing else, and Close removes the file", "libzmq unlinks whatever has the name, and leaves its own"},
	{"a connect goes on after a protocol error, unless RECONNECT_AFTER_PROTOCOL_ERROR is off", "users are promised that a connect does not give up; with libzmq's defaults it does"},
	{"a peer that answers no PING stays while it may hold messages that it has not read and its system acknowledges; over ipc silence ends nothing unless HEARTBEAT_TIMEOUT is set; through the C library and the compatibility packages silence is the end", "a worker that is busy with its queue would lose what is under way; there the program has asked for heartbeats, in libzmq's words"},
	{"the wait before a connect starts over after a message of the peer or five seconds, with libzmq's defaults after each connection that it does not refuse", "a peer that accepts and closes would be asked ten times a second"},
	{"a peer of this library announces X-Max-Frame-Bytes, X-Max-Message-Bytes and X-Max-Frames, and a message that no peer accepts is EMSGSIZE; what a publisher sends to many is dropped for the peer that does not accept it; one in whose middle the peer ends two connections in a row is given up", "it would be sent for ever, and what is behind it never; libzmq loses it with the first connection"},
	{"a datagram that does not fit is EMSGSIZE, and what the system does not send is counted; LAST_ENDPOINT of udp has its scheme and can be unbound; a port may be *", "libzmq drops it without a word, and cannot take a bound endpoint of udp away"},
	{"a security mechanism, ZAP_DOMAIN or an authorizer is an error of a bind or connect over udp, pgm and epgm", "libzmq ignores them and talks in clear; the C library does too"},
	{"publishers and subscribers of one machine reach each other over pgm and epgm, unless MULTICAST_LOOP is off", "libzmq switches loopback off, whatever the option says"},
	{"Monitor has two more kinds of events, MESSAGE_REFUSED and, over pgm and epgm, PACKETS_LOST; through the C library and MonitorTo there are none but libzmq's", "libzmq says nothing of either"},
	{"over pgm and epgm repairs have a part of RATE and no more, and a publisher that is closed answers requests for another half second, within LINGER", "libzmq ends at once"},
	{"over pgm and epgm a bind or connect without a usable interface, group, port or right is an error that says what to do; the interface may be left out on machines whose name does not resolve", "libzmq gives EINVAL"},
	{"on Linux a DISH or DGRAM that is bound to a multicast group receives what it has joined, and no other group of the same port", "Linux hands libzmq's every group that any program of the machine has joined"},
	{"a DGRAM takes addresses of IPv6, with or without IPV6, and bound to * with it those of both families", "libzmq's knows IPv4 alone"},
	{"RADIO and DISH refuse peers below ZMTP 3.0, and a group of more than 255 bytes or with a zero byte ends the connection", "groups travel as commands, which older versions do not have; a libzmq RADIO ends its process for such a group"},
	{"over ws and wss a handshake has a deadline, Ping and Close are answered, messages in fragments are taken, a request that is refused gets a status and a reason, and Sec-WebSocket-Accept is checked", "libzmq waits for ever, ends its process or closes the connection without a word"},
	{"ZWS without a mechanism asks the authentication handler as NULL does", "libzmq lets every peer in that leaves the mechanism out"},
	{"a web page of another host may not connect over ws and wss unless its origin is listed", "libzmq takes all, so that any page that a user looks at can reach the user's services"},
	{"a SOCKS5 proxy carries ws, wss and tls, too, obeys CONNECT_TIMEOUT, and may do without the user that it is offered", "libzmq takes it for tcp alone, waits for it without end, and insists on the user"},
	{"addresses of vsock, vmci and tipc are taken as a whole, and the sizes of VMCI's buffers set each as itself", "libzmq overlooks what follows the digits or the brace, and sets one size three times"},
	{"tls://host:port is ZMTP inside TLS 1.3", "libzmq has TLS below WebSocket only"},
	{"a second bind of a DGRAM is an error", "libzmq takes it without effect"},
	{"a REQ drops what is no reply, and keeps the connection", "nothing is gained by losing the peer"},
	{"CONFLATE keeps whole messages", "libzmq keeps the last frame"},
	{"no subscription is lost at SNDHWM", "libzmq drops those beyond it without a word"},
	{"XPUB_MANUAL has a call that names the peer, `SubscribePeer`; without it the peer is that of the notice which the program has received last", "libzmq pairs notices and peers by two queues, which upstream messages bring out of step"},
	{"STATISTICS of a proxy counts messages", "as libzmq does up to 4.3.5; its newer sources count every frame"},
	{"a monitor never holds its socket up: 65,536 events wait for a reader, further ones are dropped and counted", "libzmq stops the I/O thread, or a bind, until the monitor is read"},
	{"PIPES_STATS events come before the call that asks for them returns, and their counts are exact", "libzmq tells them while the application calls something else, and counts by batches"},
	{"what a departed peer left is received before what its successor sends: of the same routing id, or without one of the same host and endpoint; while a full queue hides the peer's end, the two take turns", "libzmq takes turns between the old connection and the new one"},
	{"a publisher that connects goes on queueing for its subscriber while that is away, unless KeepSubscriptions is off", "as libzmq does"},
	{"a second Connect of a PAIR to a PAIR in process that has a peer is an error", "libzmq connects it to nothing; the C library does too"},
	{"a CURVE MESSAGE must carry the nonce that follows the one before, and a vouch must be for this server", "libzmq takes any nonce that is higher, so that frames can be taken out on the way and two messages joined to one, and does not look for which server a vouch is"},
	{"a CURVE server may have several keys at a time, by WithCurveServerKeys", "libzmq has one for each socket, which cannot change while old clients and new ones connect"},
	{"a connect dials the addresses of a name until one answers, and with AllAddresses connects to each and follows changes", "libzmq dials the first address only"},
	{"Reload and Configure of package auth, and DisconnectPeers, end peers that are no longer let in, those in their handshake included", "a handler of libzmq decides once, and its peers stay"},
	{"CONNECT_ROUTING_ID holds with IMMEDIATE too; a connect that would give a routing id to a second peer is an error", "a setting is honoured or refused, never without effect"},
	{"Close, and CloseContext, return an error that says how many messages were dropped when LINGER, or the context, ended", "libzmq drops them without a word; the C library and the packages under compat return nil, as the originals do, and count them"},
	{"what a peer had sent when its connection broke is received, beyond the high-water mark if need be", "libzmq drops it where the socket had stopped reading"},
}
