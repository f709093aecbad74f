// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// Keys that are published with the documentation of CURVE.
const (
	clientPublic = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
	clientSecret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
	serverPublic = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
	serverSecret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
)

// roles are the options of both sides of a mechanism.
type roles struct{ server, client peer.Opts }

func curveRoles() roles {
	return roles{
		peer.Opts{"CURVE_SERVER": 1, "CURVE_SECRETKEY": []byte(serverSecret)},
		peer.Opts{"CURVE_PUBLICKEY": []byte(clientPublic), "CURVE_SECRETKEY": []byte(clientSecret), "CURVE_SERVERKEY": []byte(serverPublic)},
	}
}

// merge adds options to others.
func merge(a, b peer.Opts) peer.Opts {
	all := peer.Opts{}
	for _, m := range []peer.Opts{a, b} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// TestEveryPairOverCurve is TestEveryPairBothWays, encrypted: ours as server and
// as client, bound and connected, over tcp and ipc.
func TestEveryPairOverCurve(t *testing.T) {
	libzmq := peer.Start(t)
	for _, transport := range []string{"tcp", "ipc"} {
		for _, p := range pairs {
			for _, oursIsA := range []bool{true, false} {
				for _, aBinds := range []bool{true, false} {
					for _, oursIsServer := range []bool{true, false} {
						c := conversation{pair: p, oursIsA: oursIsA, aBinds: aBinds, transport: transport}
						r := curveRoles()
						c.ours, c.theirs = r.server, r.client
						if !oursIsServer {
							c.ours, c.theirs = r.client, r.server
						}
						t.Run(c.String(), func(t *testing.T) { c.run(t, libzmq) })
					}
				}
			}
		}
	}
}

var _ = zmq.PAIR
