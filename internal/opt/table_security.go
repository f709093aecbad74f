// SPDX-License-Identifier: Apache-2.0

package opt

// securityTable holds the mechanisms and ZAP. Setting some of them chooses the
// mechanism: see (*Set).secure.
var securityTable = []Spec{
	{
		Num: Mechanism, Name: "MECHANISM", Go: "Mechanism", Kind: Int, Unit: "0 NULL, 1 PLAIN, 2 CURVE, 3 GSSAPI",
		Access: ReadOnly, Max: mechGSSAPI, When: Never,
		Doc: "The security mechanism of later endpoints. It follows from the last option of a mechanism that was set.",
	},
	{
		Num: PlainServer, Name: "PLAIN_SERVER", Go: "PlainServer", Kind: Bool, Unit: "bool",
		Max: 1, Transports: zmtpOnly,
		Doc: "Makes the socket a PLAIN server, which receives passwords in clear text and asks the authentication handler about them. False chooses NULL.",
	},
	{
		Num: PlainUsername, Name: "PLAIN_USERNAME", Go: "PlainUsername", Kind: String, Unit: "text",
		MinLen: 1, MaxLen: 255, Clears: true, Transports: zmtpOnly,
		Doc: "The name that a PLAIN client sends, in clear text. It chooses PLAIN and the role of client. Clearing it chooses NULL and keeps the name.",
	},
	{
		Num: PlainPassword, Name: "PLAIN_PASSWORD", Go: "PlainPassword", Kind: String, Unit: "text",
		MinLen: 1, MaxLen: 255, Clears: true, Secret: true, Transports: zmtpOnly,
		Doc: "The password that a PLAIN client sends, in clear text. It chooses PLAIN and the role of client. Clearing it chooses NULL and keeps the password.",
	},
	{
		Num: CurveServer, Name: "CURVE_SERVER", Go: "CurveServer", Kind: Bool, Unit: "bool",
		Max: 1, Transports: zmtpOnly,
		Doc: "Makes the socket a CURVE server, which needs CurveSecretKey. False chooses NULL.",
	},
	{
		Num: CurvePublicKey, Name: "CURVE_PUBLICKEY", Go: "CurvePublicKey", Kind: Bytes, Unit: "key",
		Default: Value{B: noKey}, LibzmqDefault: Value{B: noKey}, MinLen: keySize, MaxLen: keyTextSize + 1,
		form: formKey, Transports: zmtpOnly,
		Doc: "The socket's own public key, as 32 bytes or 40 characters of Z85. It chooses CURVE.",
	},
	{
		Num: CurveSecretKey, Name: "CURVE_SECRETKEY", Go: "CurveSecretKey", Kind: Bytes, Unit: "key",
		Default: Value{B: noKey}, LibzmqDefault: Value{B: noKey}, MinLen: keySize, MaxLen: keyTextSize + 1,
		Secret: true, form: formKey, Transports: zmtpOnly,
		Doc: "The socket's own secret key, as 32 bytes or 40 characters of Z85. It chooses CURVE. Whether it belongs to the public key is not checked.",
	},
	{
		Num: CurveServerKey, Name: "CURVE_SERVERKEY", Go: "CurveServerKey", Kind: Bytes, Unit: "key",
		Default: Value{B: noKey}, LibzmqDefault: Value{B: noKey}, MinLen: keySize, MaxLen: keyTextSize + 1,
		form: formKey, Transports: zmtpOnly,
		Doc: "The public key that a client's server must have, as 32 bytes or 40 characters of Z85. It chooses CURVE and the role of client.",
	},
	{
		Num: ZAPDomain, Name: "ZAP_DOMAIN", Go: "ZAPDomain", Kind: String, Unit: "text",
		MinLen: 1, MaxLen: 255, Transports: zmtpOnly,
		Doc: "The domain in requests to the authentication handler (RFC 27). With NULL the handler is asked only if there is a domain. It cannot be emptied.",
	},
	{
		Num: ZAPEnforceDomain, Name: "ZAP_ENFORCE_DOMAIN", Go: "ZAPEnforceDomain", Kind: Bool, Unit: "bool",
		Min: minInt, Max: maxInt, Draft: true, Sockets: "all, as servers", Transports: zmtpOnly,
		Doc: "Refuses connections if there is a domain but no authentication handler. For CURVE, the handler is not asked if there is no domain.",
	},
	{
		Num: GSSAPIServer, Name: "GSSAPI_SERVER", Go: "GSSAPIServer", Kind: Bool, Unit: "bool",
		Max: 1, Stored: true, Transports: zmtpOnly,
		Doc: "Makes the socket a GSSAPI server, or with false a client. Either chooses GSSAPI.",
	},
	{
		Num: GSSAPIPrincipal, Name: "GSSAPI_PRINCIPAL", Go: "GSSAPIPrincipal", Kind: String, Unit: "text",
		MinLen: 1, MaxLen: 255, Stored: true, Transports: zmtpOnly,
		Doc: "The principal for which the socket has credentials. It chooses GSSAPI.",
	},
	{
		Num: GSSAPIServicePrincipal, Name: "GSSAPI_SERVICE_PRINCIPAL", Go: "GSSAPIServicePrincipal", Kind: String, Unit: "text",
		MinLen: 1, MaxLen: 255, Stored: true, Transports: zmtpOnly,
		Doc: "The principal of the server that a client connects to. It chooses GSSAPI and the role of client.",
	},
	{
		Num: GSSAPIPlaintext, Name: "GSSAPI_PLAINTEXT", Go: "GSSAPIPlaintext", Kind: Bool, Unit: "bool",
		Max: 1, Stored: true, Transports: zmtpOnly,
		Doc: "Leaves messages unencrypted, so that GSSAPI only authenticates.",
	},
	{
		Num: GSSAPIPrincipalNameType, Name: "GSSAPI_PRINCIPAL_NAMETYPE", Go: "GSSAPIPrincipalNameType",
		Kind: Int, Unit: "0, 1, 2", Max: 2, Stored: true, Transports: zmtpOnly,
		Doc: "The form of GSSAPIPrincipal: 0 a service on a host, 1 a local user, 2 a Kerberos principal.",
	},
	{
		Num: GSSAPIServicePrincipalNameType, Name: "GSSAPI_SERVICE_PRINCIPAL_NAMETYPE", Go: "GSSAPIServicePrincipalNameType",
		Kind: Int, Unit: "0, 1, 2", Max: 2, Stored: true, Transports: zmtpOnly,
		Doc: "The form of GSSAPIServicePrincipal: 0 a service on a host, 1 a local user, 2 a Kerberos principal.",
	},
}

// The mechanisms as ZMQ_MECHANISM numbers them.
const (
	mechNull = iota
	mechPlain
	mechCurve
	mechGSSAPI
)

const zmtpOnly = "all that speak ZMTP"

// noKey is the value of a key option until it is set.
var noKey = make([]byte, keySize)
