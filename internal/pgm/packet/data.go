// SPDX-License-Identifier: Apache-2.0

package packet

import "encoding/binary"

// DataPacket is an ODATA or an RDATA (RFC 3208, section 8.2).
type DataPacket struct {
	Seq, Trail uint32
	Options
	Data []byte
}

// dataHead is what precedes the options and the data.
const dataHead = 8

// DataOverhead is how many bytes of a data packet without options are not data.
const DataOverhead = HeaderSize + dataHead

// ParseData reads the body of an ODATA or RDATA.
func ParseData(h *Header, body []byte) (m DataPacket, err error) {
	if len(body) < dataHead {
		return m, Malformed("shorter than a data packet")
	}
	m.Seq, m.Trail, m.Data = binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:]), body[dataHead:]
	if h.extended {
		if m.Options, m.Data, err = parseOptions(m.Data); err != nil {
			return m, err
		}
	}
	if len(m.Data) != h.size {
		return m, Malformed("its data has not the length that its header says")
	}
	return m, nil
}

// AppendData appends a packet of type OData or RData.
func AppendData(dst []byte, t Type, source TSI, session uint16, seq, trail uint32, data []byte) []byte {
	start := len(dst)
	dst = begin(dst, t, source.Port, session, source.GSI)
	dst = binary.BigEndian.AppendUint32(dst, seq)
	dst = binary.BigEndian.AppendUint32(dst, trail)
	return finish(append(dst, data...), start, 0, len(data))
}

// Repeat turns a data packet into an RDATA with the present trail, in place.
func Repeat(p []byte, trail uint32) {
	p[4] = byte(RData)
	binary.BigEndian.PutUint32(p[HeaderSize+4:], trail)
	seal(p)
}
