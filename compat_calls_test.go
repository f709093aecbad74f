// SPDX-License-Identifier: Apache-2.0

package zmq

// call is what a program that calls libzmq from C finds in Go.
type call struct {
	names string // without zmq_, in the order of the manual
	gone  string // Go's word for it; names in the exported API in single quotes
	needs string // a socket type without which it has nothing to work on
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
	{names: "connect_peer", needs: "PEER"},
	{names: "disconnect_peer", needs: "SERVER"},
	{names: "join leave", needs: "DISH"},
	{names: "send send_const msg_send sendmsg sendiov", gone: "'Socket.Send', 'Socket.SendMessage', 'Socket.TrySend'; whole messages"},
	{names: "recv msg_recv recvmsg recviov", gone: "'Socket.Recv', 'Socket.TryRecv', 'Socket.Messages'; whole messages"},
	{names: "msg_init msg_init_size msg_init_data msg_init_buffer msg_close msg_move msg_copy", gone: "'NewMessage', 'Message.Clone'; nothing is to be closed"},
	{names: "msg_data msg_size msg_more msg_get msg_set", gone: "'Message.Frame', 'Message.Len', 'Message.Size'"},
	{names: "msg_gets", gone: "'Message.Property', 'Message.Peer'"},
	{names: "msg_routing_id msg_set_routing_id", needs: "SERVER"},
	{names: "msg_group msg_set_group", needs: "RADIO"},
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
	{"a REQ drops what is no reply, and keeps the connection", "nothing is gained by losing the peer"},
	{"CONFLATE keeps whole messages", "libzmq keeps the last frame"},
	{"a monitor never holds its socket up: 65,536 events wait for a reader, further ones are dropped and counted", "libzmq stops the I/O thread, or a bind, until somebody reads"},
	{"PIPES_STATS events come before the call that asks for them returns, and their counts are exact", "libzmq tells them while the application calls something else, and counts by batches"},
	{"what a peer had sent when its connection broke is received, beyond the high-water mark if need be", "libzmq drops it where the socket had stopped reading"},
}
