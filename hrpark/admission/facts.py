"""What admission reads and writes of an institution from room to room."""

from hrpark.institutions.kinds import fact

#: Rent, property fee, water and power paid as agreed (4.3.1.2 e). An officer says so until a room of premises writes it.
FEES_PAID = fact("admission.fees_paid", "租金、物业费和水电费按约缴清", unit="是/否")
