// SPDX-License-Identifier: Apache-2.0

package opt

// tlsTable holds the certificates of wss. Bind and Connect check them, not the call
// that sets them.
var tlsTable = []Spec{
	{
		Num: WSSKeyPEM, Name: "WSS_KEY_PEM", Go: "WSSKeyPEM", Kind: String, Unit: "PEM", Access: WriteOnly,
		Clears: true, Draft: true, Secret: true, Transports: "wss, tls",
		Doc: "The private key that belongs to WSSCertPEM, in PEM form.",
	},
	{
		Num: WSSCertPEM, Name: "WSS_CERT_PEM", Go: "WSSCertPEM", Kind: String, Unit: "PEM", Access: WriteOnly,
		Clears: true, Draft: true, Transports: "wss, tls",
		Doc: "The certificate of a listener, in PEM form, with those between it and its authority. When connecting it is shown to servers that ask for one, which libzmq does not.",
	},
	{
		Num: WSSTrustPEM, Name: "WSS_TRUST_PEM", Go: "WSSTrustPEM", Kind: String, Unit: "PEM", Access: WriteOnly,
		Clears: true, Draft: true, Transports: "wss, tls",
		Doc: "The authorities whose certificates a client accepts, in PEM form. Empty leaves the configuration of package ws, or what the system trusts; with libzmq's defaults no certificate is accepted then.",
	},
	{
		Num: WSSHostname, Name: "WSS_HOSTNAME", Go: "WSSHostname", Kind: String, Unit: "host", Access: WriteOnly,
		Clears: true, Draft: true, Transports: "wss, tls",
		Doc: "The host name that a client asks for and that the certificate must bear. Empty stands for the host of the endpoint; with libzmq's defaults it asks for none and checks the chain only.",
	},
	{
		Num: WSSTrustSystem, Name: "WSS_TRUST_SYSTEM", Go: "WSSTrustSystem", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: 1, Draft: true, Transports: "wss, tls",
		Doc: "Accepts certificates of the authorities that the system trusts, in addition to those of WSSTrustPEM.",
	},
}
