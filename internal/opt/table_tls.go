// SPDX-License-Identifier: Apache-2.0

package opt

// tlsTable holds the certificates of wss. Bind and Connect check them, not the call
// that sets them.
var tlsTable = []Spec{
	{
		Num: WSSKeyPEM, Name: "WSS_KEY_PEM", Go: "WSSKeyPEM", Kind: String, Unit: "PEM", Access: WriteOnly,
		Clears: true, Draft: true, Stored: true, Secret: true, Transports: "wss listeners",
		Doc: "The private key of a listener.",
	},
	{
		Num: WSSCertPEM, Name: "WSS_CERT_PEM", Go: "WSSCertPEM", Kind: String, Unit: "PEM", Access: WriteOnly,
		Clears: true, Draft: true, Stored: true, Transports: "wss listeners",
		Doc: "The certificate of a listener.",
	},
	{
		Num: WSSTrustPEM, Name: "WSS_TRUST_PEM", Go: "WSSTrustPEM", Kind: String, Unit: "PEM", Access: WriteOnly,
		Clears: true, Draft: true, Stored: true, Transports: "wss connects",
		Doc: "The authorities whose certificates a client accepts.",
	},
	{
		Num: WSSHostname, Name: "WSS_HOSTNAME", Go: "WSSHostname", Kind: String, Unit: "host", Access: WriteOnly,
		Clears: true, Draft: true, Stored: true, Transports: "wss connects",
		Doc: "The host name that a client asks for and that the certificate must bear. Empty asks for none and checks the chain only.",
	},
	{
		Num: WSSTrustSystem, Name: "WSS_TRUST_SYSTEM", Go: "WSSTrustSystem", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: 1, Draft: true, Stored: true, Transports: "wss connects",
		Doc: "Accepts certificates of the authorities that the system trusts, in addition to those of WSSTrustPEM.",
	},
}
