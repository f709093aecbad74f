// SPDX-License-Identifier: Apache-2.0

package opt

// filterTable holds the lists of peers that may connect. Each call adds one entry; nil
// empties the list.
var filterTable = []Spec{
	{
		Num: TCPAcceptFilter, Name: "TCP_ACCEPT_FILTER", Go: "TCPAcceptFilter", Kind: List, Unit: "address[/bits]",
		Access: WriteOnly, MinLen: 1, MaxLen: 255, Clears: true, Deprecated: true, form: formRange,
		Transports: "tcp listeners",
		Doc:        "Adds a range of addresses that may connect, 192.0.2.0/24 or 2001:db8::1; IPv6 ranges need the option IPv6. Once there is a range, connections from addresses outside all ranges are closed right after accept.",
	},
	{
		Num: IPCFilterPID, Name: "IPC_FILTER_PID", Go: "IPCFilterPID", Kind: List, Unit: "process id",
		Access: WriteOnly, MinLen: 1, Clears: true, Deprecated: true, form: formPID,
		Transports: "ipc listeners (Linux)",
		Doc:        "Adds a process that may connect. Once any of the three ipc filters has an entry, a peer must match one entry of any of them.",
	},
	{
		Num: IPCFilterUID, Name: "IPC_FILTER_UID", Go: "IPCFilterUID", Kind: List, Unit: "user id",
		Access: WriteOnly, MinLen: 1, Clears: true, Deprecated: true, form: formID,
		Transports: "ipc listeners",
		Doc:        "Adds a user whose processes may connect. Once any of the three ipc filters has an entry, a peer must match one entry of any of them.",
	},
	{
		Num: IPCFilterGID, Name: "IPC_FILTER_GID", Go: "IPCFilterGID", Kind: List, Unit: "group id",
		Access: WriteOnly, MinLen: 1, Clears: true, Deprecated: true, form: formID,
		Transports: "ipc listeners",
		Doc:        "Adds a group whose members' processes may connect, supplementary members included. Once any of the three ipc filters has an entry, a peer must match one entry of any of them.",
	},
}
