// SPDX-License-Identifier: Apache-2.0

package opt

// groupTypes are the socket types that reliable multicast carries.
const groupTypes = "PUB, XPUB, SUB, XSUB"

// multicastTable holds pgm, norm, udp multicast and VMCI.
var multicastTable = []Spec{
	{
		Num: Rate, Name: "RATE", Go: "Rate", Kind: Int, Unit: "kbit/s",
		Default: Value{I: 100}, LibzmqDefault: Value{I: 100}, Min: 1, Max: maxInt,
		Sockets: groupTypes, Transports: "pgm, epgm",
		Doc: "The most that a publisher sends, repairs and all headers included; at most half of it goes to repairs. A subscriber measures its window by it.",
	},
	{
		Num: RecoveryInterval, Name: "RECOVERY_IVL", Go: "RecoveryInterval", Kind: Millis, Unit: "ms",
		Default: Value{I: 10000}, LibzmqDefault: Value{I: 10000}, Max: maxInt,
		Sockets: groupTypes, Transports: "pgm, epgm",
		Doc: "How long a subscriber can ask for data that it missed. The publisher keeps that much, Rate times this, in memory, and so does a subscriber of each publisher while something is missing.",
	},
	{
		Num: MulticastHops, Name: "MULTICAST_HOPS", Go: "MulticastHops", Kind: Int, Unit: "hops",
		Default: Value{I: 1}, LibzmqDefault: Value{I: 1}, Min: 1, Max: maxInt,
		Sockets: "RADIO, PUB, XPUB", Transports: "udp multicast, pgm, epgm",
		Doc: "The time to live of multicast packets. 1 stays in the local network.",
	},
	{
		Num: MulticastMaxTPDU, Name: "MULTICAST_MAXTPDU", Go: "MulticastMaxTPDU", Kind: Int, Unit: "bytes",
		Default: Value{I: 1500}, LibzmqDefault: Value{I: 1500}, Min: 1, Max: maxInt,
		Sockets: groupTypes, Transports: "pgm, epgm",
		Doc: "The largest packet, the headers of IP, UDP and PGM included. A subscriber takes packets of any size, and measures its window by this.",
	},
	{
		Num: MulticastLoop, Name: "MULTICAST_LOOP", Go: "MulticastLoop", Kind: Bool, Unit: "bool",
		Default: Value{I: 1}, LibzmqDefault: Value{I: 1}, Min: minInt, Max: maxInt, Draft: true,
		Sockets: "RADIO, PUB, XPUB", Transports: "udp multicast, pgm, epgm",
		Doc: "Delivers the packets to receivers on the sending machine too. libzmq never does so over pgm and epgm.",
	},
	{
		Num: VMCIBufferSize, Name: "VMCI_BUFFER_SIZE", Go: "VMCIBufferSize", Kind: Uint64, Unit: "bytes",
		Access: WriteOnly, Min: min64, Max: max64, Transports: "vmci",
		Doc: "The buffer of a connection between virtual machines. Zero leaves it to the driver.",
	},
	{
		Num: VMCIBufferMinSize, Name: "VMCI_BUFFER_MIN_SIZE", Go: "VMCIBufferMinSize", Kind: Uint64, Unit: "bytes",
		Access: WriteOnly, Min: min64, Max: max64, Transports: "vmci",
		Doc: "The smallest such buffer. Zero leaves it to the driver.",
	},
	{
		Num: VMCIBufferMaxSize, Name: "VMCI_BUFFER_MAX_SIZE", Go: "VMCIBufferMaxSize", Kind: Uint64, Unit: "bytes",
		Access: WriteOnly, Min: min64, Max: max64, Transports: "vmci",
		Doc: "The largest such buffer. Zero leaves it to the driver.",
	},
	{
		Num: VMCIConnectTimeout, Name: "VMCI_CONNECT_TIMEOUT", Go: "VMCIConnectTimeout", Kind: Millis, Unit: "ms",
		Access: WriteOnly, Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: minInt, Max: maxInt,
		Transports: "vmci",
		Doc:        "How long a connect between virtual machines may take. Zero and below leave it to the driver.",
	},
	{
		Num: NormMode, Name: "NORM_MODE", Go: "NormMode", Kind: Int, Unit: "0 to 4",
		Default: Value{I: 1}, LibzmqDefault: Value{I: 1}, Max: 4, Draft: true, Stored: true, Transports: "norm",
		Doc: "The congestion control of norm, as the NORM library numbers it: 0 sends at the fixed Rate, 1 adapts.",
	},
	{
		Num: NormUnicastNACK, Name: "NORM_UNICAST_NACK", Go: "NormUnicastNACK", Kind: Bool, Unit: "bool",
		Max: 1, Draft: true, Stored: true, Transports: "norm",
		Doc: "Sends requests for repair to the sender alone, not to the group.",
	},
	{
		Num: NormBufferSize, Name: "NORM_BUFFER_SIZE", Go: "NormBufferSize", Kind: Int, Unit: "KiB",
		Default: Value{I: 2048}, LibzmqDefault: Value{I: 2048}, Min: 1, Max: maxInt, Draft: true, Stored: true, Transports: "norm",
		Doc: "The buffer of a norm session, and of each sender that a receiver follows.",
	},
	{
		Num: NormSegmentSize, Name: "NORM_SEGMENT_SIZE", Go: "NormSegmentSize", Kind: Int, Unit: "bytes",
		Default: Value{I: 1400}, LibzmqDefault: Value{I: 1400}, Min: 1, Max: maxInt, Draft: true, Stored: true, Transports: "norm",
		Doc: "The payload of a norm packet, its headers not included.",
	},
	{
		Num: NormBlockSize, Name: "NORM_BLOCK_SIZE", Go: "NormBlockSize", Kind: Int, Unit: "segments",
		Default: Value{I: 16}, LibzmqDefault: Value{I: 16}, Min: 1, Max: 255, Draft: true, Stored: true, Transports: "norm",
		Doc: "The segments of a coding block. If it is not above the number of parity segments, it is raised to one more than that.",
	},
	{
		Num: NormNumParity, Name: "NORM_NUM_PARITY", Go: "NormNumParity", Kind: Int, Unit: "segments",
		Default: Value{I: 4}, LibzmqDefault: Value{I: 4}, Max: 254, Draft: true, Stored: true, Transports: "norm",
		Doc: "The parity segments computed for a block, at least NormNumAutoParity.",
	},
	{
		Num: NormNumAutoParity, Name: "NORM_NUM_AUTOPARITY", Go: "NormNumAutoParity", Kind: Int, Unit: "segments",
		Max: 254, Draft: true, Stored: true, Transports: "norm",
		Doc: "The parity segments sent with each block before a receiver asks for repair.",
	},
	{
		Num: NormPush, Name: "NORM_PUSH", Go: "NormPush", Kind: Bool, Unit: "bool",
		Max: 1, Draft: true, Stored: true, Transports: "norm",
		Doc: "Lets new messages replace old ones that may still be needed for repair.",
	},
}
