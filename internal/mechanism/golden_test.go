// SPDX-License-Identifier: Apache-2.0

// An exchange with fixed keys and nonces, every byte known.

package mechanism

import (
	"encoding/hex"
	"io"
	"strings"
)

const (
	goldenClientPublic = "bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518"
	goldenClientSecret = "7bb864b489afa3671fbe69101f94b38972f24816dfb01b51656b3fec8dfd0888"
	goldenServerPublic = "54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652"
	goldenServerSecret = "8e0bdd697628b91d8f245587ee95c5b04d48963f79259877b49cd9063aead3b7"
	goldenSession      = "fe65e85cfc1193f2ee4d48b49e6847e50276e5faf0968d8a0e189223271204b0"
)

// What the two sides draw at random, in their order: c' and the vouch's nonce; s',
// the cookie's key, the nonces of WELCOME and of the cookie.
var (
	goldenClientRandom = append(bytesFrom(0x20, 32), bytesFrom(0xA0, 16)...)
	goldenServerRandom = bytesFrom(0x40, 96)
)

func bytesFrom(first byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

func unhex(text string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func keyOf(text string) (k [CurveKeySize]byte) {
	copy(k[:], unhex(text))
	return k
}

func reader(b []byte) io.Reader { return strings.NewReader(string(b)) }

// Metadata of a DEALER and of a ROUTER without an identity.
var (
	dealerMetadata = []byte("\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00")
	routerMetadata = []byte("\x0bSocket-Type\x00\x00\x00\x06ROUTER\x08Identity\x00\x00\x00\x00")
)

// The commands, and two parts of them.
var (
	goldenHello = unhex(`
0548454c4c4f0100000000000000000000000000000000000000000000000000
0000000000000000000000000000000000000000000000000000000000000000
00000000000000000000000000000000358072d6365880d1aeea329adf912138
3851ed21a28e3b75e965d0d2cd1662540000000000000001663b2161687f8bf2
fbfe62e58f96ebc7c4e7754a4be03863641db0f051da70b5c0e5749cee0eb6ac
a199d44b1112276435952c082330830ded7be0ac61f438a9f145b9973197907c
bfcb6babefcab033`)
	goldenCookie = unhex(`
909192939495969798999a9b9c9d9e9f3202d8bdeacf3a8ede46a7b8bcf0e66c
9eaea45c729d4cdbc255324b8540c3e073969a3cc91dd40fc4b72fba8bca319f
dbc0e1ab923d5bf8bbfc37e5f0ac9d4d69cb5cecba697e4c523f430e55069c69`)
	goldenWelcome = unhex(`
0757454c434f4d45808182838485868788898a8b8c8d8e8f4def968344b6dc0c
45b939f0e9cc134d9bf66f0c036b0db0c9470146cc8087f69160a6cc0b6f2363
343045240aad98e9e1c037fbfdefb35b568346504e44d7d6c43a47f4b22cb5fb
79873ac4c7ad480bf70d17c741ffaaaf375c7dc2cc9da3aba5c6f421d00a6e76
156818184d42f94562a5047866c84f9a8f447af3bf86f1c2256caa616fabe23e
976aa973199b559b`)
	goldenVouch = unhex(`
a0a1a2a3a4a5a6a7a8a9aaabacadaeaf9c55abc4df996a3ebb1661161cf1e26a
2847df39f3425f877070c71c5fa852ef317e3ef51cf8fa2bf3def0f5f201fd7c
ffddf0608fae2993c6ffa048706a4ff4be6866155ddd8335d22e0aef788d1ebe`)
	goldenInitiate = unhex(`
08494e495449415445909192939495969798999a9b9c9d9e9f3202d8bdeacf3a
8ede46a7b8bcf0e66c9eaea45c729d4cdbc255324b8540c3e073969a3cc91dd4
0fc4b72fba8bca319fdbc0e1ab923d5bf8bbfc37e5f0ac9d4d69cb5cecba697e
4c523f430e55069c6900000000000000028ca37908511924f14ae8a7c264aaed
debcf7b3f0944ca172bcb16abf00d72baacdb5569c11d88570fd21dac6ed8b76
f80f08071b22957a6d6b984d04cd6f93037ea23e1d776a1a12487b850c9c7823
4113877f7dfbb4d70d2622b077c72d5f08d5db284289e66278885b47ceafaafc
0380dad63c8d26b1a4350050b1157601f58435c0b34396c7c4dfa6918aa7d4f3
d8eabf6138bde0d64c45644e79ab4c3a1ad20c9cf70f9e434be2e1af0211d9ea
4c95e619`)
	goldenReady = unhex(`
055245414459000000000000000104d4f59d2c7aba6c7d3e343cea8e7cb90719
360f37140165720df035dd9cd464f4d3d17a41b902148579dafba08ed42d9e5f
93`)
	goldenMessageC = unhex(`
074d45535341474500000000000000038da92fd7106f3c6b7066e6b5e07cab32712e82`)
	goldenMessageS = unhex(`
074d4553534147450000000000000002587c6b47a1b10d748b82a0c06d225f1b06b5bb`)
	goldenMessagePing = unhex(`
074d4553534147450000000000000004b4a9ed894c35f505995190a9652a049a1d409b137fd67cbb`)
)
