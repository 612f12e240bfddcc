package sandbox

// cost is in US cents. The prices of classic databases are invented.
type cost struct {
	PerMin         float64 `json:"costPerMinCents"`
	PerHour        float64 `json:"costPerHourCents"`
	PerDay         float64 `json:"costPerDayCents"`
	PerMonth       float64 `json:"costPerMonthCents"`
	PerMinMR       float64 `json:"costPerMinMRCents"`
	PerHourMR      float64 `json:"costPerHourMRCents"`
	PerDayMR       float64 `json:"costPerDayMRCents"`
	PerMonthMR     float64 `json:"costPerMonthMRCents"`
	PerMinParked   float64 `json:"costPerMinParkedCents"`
	PerHourParked  float64 `json:"costPerHourParkedCents"`
	PerDayParked   float64 `json:"costPerDayParkedCents"`
	PerMonthParked float64 `json:"costPerMonthParkedCents"`
	PerNetworkGb   float64 `json:"costPerNetworkGbCents"`
	PerWrittenGb   float64 `json:"costPerWrittenGbCents"`
	PerReadGb      float64 `json:"costPerReadGbCents"`
}

func (d db) cost() cost {
	if !d.classic() {
		return cost{PerWrittenGb: 0.1, PerReadGb: 0.1}
	}
	units := float64(d.CapacityUnits)
	hour, parked := 48*units, 6*units
	return cost{
		PerMin: hour / 60, PerHour: hour, PerDay: 24 * hour, PerMonth: 730 * hour,
		PerMinParked: parked / 60, PerHourParked: parked, PerDayParked: 24 * parked, PerMonthParked: 730 * parked,
	}
}
